"""What a turn does that no cue names: says goodbye, greets, reads out a menu, asks or offers again.

The wordings are in `phrases.toml`; this module only reads them. All offsets are characters in the text as given.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["farewell_at", "has_menu", "is_greeting", "push_at", "says", "similarity", "spoken_letters"]

_SENTENCE = re.compile(r"[^。！？!?；;.\n]+[。！？!?；;.]*")
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class _Phrases:
    patterns: tuple[re.Pattern[str], ...]
    sounds: tuple[tuple[str, ...], ...]  # toneless syllables


def farewell_at(text: str) -> int | None:
    """Offset of the first goodbye in text, None if there is none."""
    return _first(text, "farewell")


def has_menu(text: str) -> bool:
    """Whether the text reads out at least one keypad choice ("press one", "请按九")."""
    return _first(text, "menu") is not None


def is_greeting(text: str) -> bool:
    """Whether the text opens as people open who pick up a phone."""
    return _first(text.strip(), "greeting") == 0


def push_at(text: str) -> int | None:
    """Offset of the first sentence that asks or offers again, None if there is none.

    "I did not understand, please say it again", "anything else I can do?" and talk about removing the number ask
    for nothing the callee refused, so they do not count.
    """
    for offset, sentence in _sentences(text):
        if _first(sentence, "no_push") is not None or _only_farewell(sentence):
            continue
        if _first(sentence, "ask_again") is not None or _first(sentence, "offer_again") is not None:
            return offset
    return None


def says(text: str, kind: str) -> bool:
    """Whether the text holds one of the wordings that `phrases.toml` lists under kind."""
    return _first(text, kind) is not None


def similarity(one: str, other: str) -> float:
    """How alike two turns' words are, 0-100, case and punctuation folded (rapidfuzz ratio)."""
    from rapidfuzz import fuzz

    return float(fuzz.ratio(spoken_letters(one), spoken_letters(other)))


def spoken_letters(text: str) -> str:
    """The text's letters and digits, lower case, simplified; nothing else."""
    return "".join(c for c in _simplified(text).lower() if c.isalnum())


def _only_farewell(sentence: str) -> bool:
    at = farewell_at(sentence)
    return at is not None and len(spoken_letters(sentence[:at])) <= 4


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    for match in _SENTENCE.finditer(text):
        yield match.start(), match.group()


def _first(text: str, kind: str) -> int | None:
    phrases = _phrases(kind)
    folded = _simplified(text).lower()
    hits = [m.start() for p in phrases.patterns if (m := p.search(folded))]
    if phrases.sounds and _HAN.search(folded):
        hits += [at for sound in phrases.sounds if (at := _sound_at(folded, sound)) is not None]
    return min(hits) if hits else None


def _sound_at(text: str, sound: tuple[str, ...]) -> int | None:
    places = [i for i, c in enumerate(text) if _HAN.match(c)]
    syllables = _syllables("".join(text[i] for i in places))
    if len(syllables) != len(places):
        return None
    for i in range(len(syllables) - len(sound) + 1):
        if syllables[i : i + len(sound)] == sound:
            return places[i]
    return None


@cache
def _phrases(kind: str) -> _Phrases:
    entry = _lexicon()[kind]
    patterns = tuple(re.compile(p) for language in ("en", "zh") for p in entry[language])
    return _Phrases(patterns, tuple(_syllables(s) for s in entry["sound"]))


@cache
def _lexicon() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))


@cache
def _syllables(han: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(han))


def _simplified(text: str) -> str:
    """Simplified script, character by character (the length stays), so that offsets hold."""
    if not _HAN.search(text):
        return text
    return "".join(_simple_character(c) for c in text)


@cache
def _simple_character(character: str) -> str:
    if not _HAN.match(character):
        return character
    simple: str = _converter().convert(character)
    return simple if len(simple) == 1 else character


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")
