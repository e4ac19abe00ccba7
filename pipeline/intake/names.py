"""What a recording's file name says of the call: when, with whom, who dialled. The patterns are data (names.toml)."""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timezone
from importlib import resources
from typing import Any

from pipeline.intake.sniff import AUDIO_EXTENSIONS
from pipeline.records import Fact

__all__ = ["NamePattern", "Patterns", "facts_from_name", "load_patterns"]

_COPY_MARK = re.compile(r"(?: ?\(\d{1,2}\)| - (?:Copy|副本)| 副本| copy)(?: ?\(?\d{0,2}\)?)?$")
_NUMBER = re.compile(r"[+*#]?[\d ().\-#*]+")


@dataclass(frozen=True)
class NamePattern:
    """One way of naming. stamps: strptime formats tried in order. must_match: the example lines, with their facts."""

    id: str
    regex: re.Pattern[str]
    stamps: tuple[str, ...]
    must_match: tuple[dict[str, str], ...]
    must_not_match: tuple[str, ...]


@dataclass(frozen=True)
class Patterns:
    """whole: of a whole stem, first match wins. pieces: anywhere in a stem that no whole pattern matches."""

    whole: tuple[NamePattern, ...]
    pieces: tuple[NamePattern, ...]
    directions: dict[str, str]
    nobody: frozenset[str]
    generic: frozenset[str]
    never: tuple[str, ...]


@functools.cache
def load_patterns() -> Patterns:
    table = tomllib.loads(resources.files(__package__).joinpath("names.toml").read_text("utf-8"))
    return Patterns(
        whole=tuple(_pattern(entry, table["parts"]) for entry in table["pattern"]),
        pieces=tuple(_pattern(entry, table["parts"]) for entry in table["piece"]),
        directions={word: direction for direction, words in table["direction"].items() for word in words},
        nobody=frozenset(table["nobody"]),
        generic=frozenset(table["generic"]),
        never=tuple(table["never"]),
    )


def _pattern(entry: dict[str, Any], parts: dict[str, str]) -> NamePattern:
    text = entry["regex"]
    for part, regex in parts.items():
        text = text.replace("{" + part + "}", f"(?:{regex})")
    stamp = entry.get("stamp", ())
    return NamePattern(
        id=entry["id"],
        regex=re.compile(text),
        stamps=(stamp,) if isinstance(stamp, str) else tuple(stamp),
        must_match=tuple(entry["match"]),
        must_not_match=tuple(entry["not"]),
    )


def facts_from_name(name: str) -> tuple[Fact, ...]:
    """Facts in the last part of `name` ("a/b/10086(10086)_20240501123000.mp3"), source "file_name:<pattern>".

    An impossible date is left out and the rest kept. What could be read in two ways is no fact.
    """
    patterns = load_patterns()
    stem = _stem(name)
    if stem.startswith(patterns.never):
        return ()
    for pattern in patterns.whole:
        match = pattern.regex.search(stem)
        if match:
            return _facts(match, pattern, patterns)
    return tuple(fact for pattern in patterns.pieces for fact in _piece(pattern, stem, patterns))


def _stem(name: str) -> str:
    """The file name without folders, extension and the marks that copying adds."""
    stem = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    head, dot, extension = stem.rpartition(".")
    if dot and f".{extension.lower()}" in AUDIO_EXTENSIONS:
        stem = head
    shorter = _COPY_MARK.sub("", stem)
    return (shorter or stem).strip()


def _piece(pattern: NamePattern, stem: str, patterns: Patterns) -> tuple[Fact, ...]:
    matches = list(pattern.regex.finditer(stem))
    return _facts(matches[0], pattern, patterns) if len(matches) == 1 else ()


def _facts(match: re.Match[str], pattern: NamePattern, patterns: Patterns) -> tuple[Fact, ...]:
    groups = {key: value.strip() for key, value in match.groupdict().items() if value}
    number, person = _parties(groups.get("party", ""), groups.get("party2", ""), patterns)
    values = {
        "started_at": _started_at(groups, pattern.stamps),
        "other_party": number or person,
        "other_party_name": person if number else "",
        "direction": patterns.directions.get(groups.get("direction", "").lower(), ""),
    }
    return tuple(Fact(name, value, f"file_name:{pattern.id}") for name, value in values.items() if value)


def _parties(first: str, second: str, patterns: Patterns) -> tuple[str, str]:
    """(number, name) out of two strings in either order; "" for what is not there. The same twice is one."""
    known = [party for party in dict.fromkeys((first, second)) if party and party.lower() not in patterns.nobody]
    known = [party for party in known if party.lower() not in patterns.generic]
    numbers = [party for party in known if _is_number(party)]
    names = [party for party in known if not _is_number(party)]
    # "name(number)" where the contact is saved under a number written another way: the last one is the dialled one
    return (numbers[-1] if numbers else ""), (names[0] if names else "")


def _is_number(party: str) -> bool:
    return bool(_NUMBER.fullmatch(party)) and sum(character.isdigit() for character in party) >= 3


def _started_at(groups: dict[str, str], stamps: tuple[str, ...]) -> str:
    """ISO 8601, with an offset only where the name has one; "" for an impossible date."""
    stamp = groups.get("stamp", "")
    for form in stamps:
        utc = form.endswith("Z") or "utc" in groups
        for text in (stamp, re.sub(r"\D", "", stamp)):
            try:
                when = datetime.strptime(text, form.removesuffix("Z") if not stamp.endswith("Z") else form)
            except ValueError:
                continue
            if "offset" in groups:
                when = when.replace(tzinfo=_offset(groups["offset"]))
            return when.replace(tzinfo=UTC).isoformat() if utc else when.isoformat()
    return ""


def _offset(text: str) -> timezone:
    zone = datetime.strptime(text, "%z").tzinfo
    assert isinstance(zone, timezone)
    return zone
