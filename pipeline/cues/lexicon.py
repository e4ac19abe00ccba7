"""The lexicons: what wording speaks for which cue, as data with the lines it must and must not flag."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, get_args

from pipeline.errors import SettingsError
from pipeline.phrases import PhraseBook
from pipeline.records import CueLabel

LANGUAGES = ("zh", "en")
_LIST = re.compile(r"\{(\w+)\}")
_UNLESS = "unless:"
_TRACE_STRENGTH = 0.3


@dataclass(frozen=True)
class Entry:
    """One way of saying one thing. strength: how much one hit is worth, 0-1. See lexicons/README.md."""

    id: str
    label: CueLabel
    phrases: tuple[str, ...]
    strength: float
    unless: tuple[str, ...] = ()
    after: CueLabel | None = None
    level: int | None = None
    by_sound: bool = True
    flags: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()
    against: bool = False  # takes the classifier's word for the label, where it stands alone, back in its clause
    trace: bool = False  # never makes a cue, only keeps an absence from being stated


@dataclass(frozen=True)
class Lexicon:
    language: str
    entries: Mapping[str, Entry]
    book: PhraseBook


@cache
def load_lexicon(language: str) -> Lexicon:
    """Raises SettingsError naming the entry that cannot be read."""
    text = resources.files("pipeline.cues.lexicons").joinpath(f"{language}.toml").read_text("utf-8")
    content = tomllib.loads(text)
    lists = {name: f"({'|'.join(words)})" for name, words in content.get("lists", {}).items()}
    entries = {entry.id: entry for entry in (_entry(raw, lists) for raw in content["entry"])}
    entries |= {entry.id: entry for entry in _traces(language)}
    phrases: dict[str, Sequence[str]] = {}
    for entry in entries.values():
        phrases[entry.id] = entry.phrases
        if entry.unless:
            phrases[_UNLESS + entry.id] = entry.unless
    heard = frozenset(entry.id for entry in entries.values() if entry.by_sound)
    return Lexicon(language, entries, PhraseBook(language, phrases, heard))


def _traces(language: str) -> list[Entry]:
    text = resources.files("pipeline.cues.lexicons").joinpath("traces.toml").read_text("utf-8")
    return [
        Entry(f"trace.{raw['label']}", raw["label"], tuple(raw["phrases"]), _TRACE_STRENGTH, trace=True)
        for raw in tomllib.loads(text)["trace"]
        if raw["language"] == language
    ]


def _entry(raw: Mapping[str, Any], lists: Mapping[str, str]) -> Entry:
    """lists: what stands for {name} in a phrase."""
    name = raw.get("id", "an entry without id")
    unknown = set(raw) - set(Entry.__dataclass_fields__)
    if unknown:
        raise SettingsError(f"lexicon entry {name}: unknown {', '.join(sorted(unknown))}")
    for label in (raw.get("label"), raw.get("after", raw.get("label"))):
        if label not in get_args(CueLabel):
            raise SettingsError(f"lexicon entry {name}: {label!r} is no cue of the vocabulary")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    for key in ("phrases", "unless"):
        values[key] = tuple(_written_out(phrase, lists, name) for phrase in values.get(key, ()))
    return Entry(**values)


def _written_out(phrase: str, lists: Mapping[str, str], entry: str) -> str:
    try:
        return _LIST.sub(lambda match: lists[match[1]], phrase)
    except KeyError as error:
        raise SettingsError(f"lexicon entry {entry}: there is no list {error}") from error


def unless_key(entry_id: str) -> str:
    return _UNLESS + entry_id
