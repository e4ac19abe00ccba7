"""Many phrases, searched at once in one text: by words (spaCy's tokens and norms), and in Mandarin by sound."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .normalise import match_copy
from .sound import Sounds, syllables
from .syntax import Choice, Gap, Phrase, read_phrase
from .tokens import blank

_DELETED = 1.1  # cost of a syllable of the phrase that the text lacks
_INSERTED = 0.6  # cost of a syllable of the text that the phrase lacks
#: similarity (1 - cost per syllable) a match by sound needs, by number of syllables; below three never
_ENOUGH = {3: 0.89, 4: 0.86, 5: 0.82, 6: 0.79}
_ENOUGH_LONG = 0.76
_FAINT = 0.08  # similarity by which a faint match may miss the mark
_FUZZY_LETTERS = 8  # English words this long may be one or two letters off (assistance / assistant)
_BREAK = "¶"  # stands where another speaker begins
_STOPS = "¶，。！？；：、…,.!?;:\\n"  # no gap reaches over these


@dataclass(frozen=True)
class Hit:
    """key: the phrase's owner. start, end: offsets in the text. score 0-1 (1 for the very words)."""

    key: str
    start: int
    end: int
    score: float
    how: Literal["words", "sound", "faint"]
    phrase: str


class PhraseBook:
    """Phrases by key, for one language. by_sound: the keys that are also looked for by sound (Mandarin only)."""

    def __init__(self, language: str, phrases: Mapping[str, Sequence[str]], by_sound: frozenset[str]) -> None:
        self._language = language
        self._patterns: list[tuple[str, str, re.Pattern[str]]] = []
        self._sounds: list[tuple[str, Phrase]] = []
        self._long_words: frozenset[str] = frozenset()
        read = [(key, read_phrase(text)) for key, texts in phrases.items() for text in texts]
        if language != "zh":
            words = {word for _, phrase in read for word in _literal_words(phrase)}
            self._long_words = frozenset(word for word in words if len(word) >= _FUZZY_LETTERS and word.isalpha())
        for key, phrase in read:
            self._patterns.append((key, phrase.text, _pattern(phrase, language)))
            if language == "zh" and key in by_sound:
                self._sounds.append((key, phrase))

    def find(self, text: str, *, breaks: frozenset[int] = frozenset(), faint: Collection[str] = ()) -> list[Hit]:
        """All hits, the longest of overlapping ones of one phrase.

        breaks: offsets where another speaker begins. faint: keys for which the sound may be a little too unlike;
        such a hit's `how` is "faint".
        """
        copy = match_copy(text, self._language)
        return _best(self._by_words(copy, breaks) + self._by_sound(copy, breaks, faint))

    def _by_words(self, copy: str, breaks: frozenset[int]) -> list[Hit]:
        spaced, offsets = _spaced(copy, self._language, breaks, self._long_words)
        hits = []
        for key, phrase, pattern in self._patterns:
            for match in pattern.finditer(spaced):
                start, end = match.span()
                while end > start and spaced[end - 1] == " ":
                    end -= 1
                if end > start:
                    hits.append(Hit(key, offsets[start], offsets[end - 1] + 1, 1.0, "words", phrase))
        return hits

    def _by_sound(self, copy: str, breaks: frozenset[int], faint: Collection[str]) -> list[Hit]:
        if not self._sounds:
            return []
        sounds = Sounds(copy, breaks)
        if not len(sounds):
            return []
        hits = []
        for key, phrase in self._sounds:
            slack = _FAINT if key in faint else 0.0
            for start, end, score, clear in search(phrase, sounds, slack=slack):
                how: Literal["sound", "faint"] = "sound" if clear else "faint"
                hits.append(Hit(key, sounds.offsets[start], sounds.offsets[end - 1] + 1, score, how, phrase.text))
        return hits


@cache
def _norms(literal: str) -> tuple[str, ...]:
    """The words of an English literal as spaCy's norms."""
    return tuple(token.norm_ for token in blank("en").make_doc(literal) if token.norm_.strip())


def _literal_words(phrase: Phrase) -> list[str]:
    options = [option for slot in phrase.slots if isinstance(slot, Choice) for option in slot.options]
    return [word for option in options for word in _norms(option.strip())]


def _pattern(phrase: Phrase, language: str) -> re.Pattern[str]:
    """The phrase over the text as `_spaced` writes it."""
    parts: list[str] = []
    for slot in phrase.slots:
        if isinstance(slot, Gap):
            parts.append(_gap(slot.at_most, language))
        else:
            ways = [_literal(option, language) for option in slot.options]
            parts.append(ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})")
    start = "" if language == "zh" else r"(?<!\S)"
    return re.compile(start + "".join(parts))


def _gap(at_most: int, language: str) -> str:
    if language == "zh":
        return f"[^{_STOPS}]{{0,{at_most}}}?"
    return f"(?:[^\\s{_STOPS}]+ ){{0,{at_most}}}?"


def _literal(option: str, language: str) -> str:
    if language == "zh":
        return re.escape("".join(option.split()))
    return "".join(re.escape(word) + " " for word in _norms(option.strip()))


def _spaced(copy: str, language: str, breaks: frozenset[int], long_words: frozenset[str]) -> tuple[str, list[int]]:
    """The text as patterns see it, and the offset of each of its characters in the copy.

    Mandarin without spaces; English as spaCy's NORM tokens, one space after each. A break is a stop sign.
    """
    written: list[str] = []
    offsets: list[int] = []

    def write(text: str, start: int, length: int) -> None:
        for i, character in enumerate(text):
            written.append(character)
            offsets.append(start + min(i, max(0, length - 1)) if i < len(text) - 1 else start + max(0, length - 1))

    if language == "zh":
        for i, character in enumerate(copy):
            if i in breaks:
                write(_BREAK, i, 1)
            if not character.isspace():
                write(character, i, 1)
        return "".join(written), offsets
    for token in blank("en").make_doc(copy):
        if token.idx in breaks:
            write(_BREAK + " ", token.idx, 1)
        if token.is_space:
            continue
        write(_nearest(token.norm_, long_words), token.idx, len(token.text))
        written.append(" ")
        offsets.append(token.idx + len(token.text) - 1)
    return "".join(written), offsets


def _nearest(word: str, known: frozenset[str]) -> str:
    """A long word one or two letters off a known one is taken for it: assistance, assistant."""
    if len(word) < _FUZZY_LETTERS or word in known or not word.isalpha():
        return word
    from rapidfuzz.distance import DamerauLevenshtein
    from rapidfuzz.process import extractOne

    furthest = 1 if len(word) == _FUZZY_LETTERS else 2
    found = extractOne(word, sorted(known), scorer=DamerauLevenshtein.distance, score_cutoff=furthest)
    return found[0] if found else word


@cache
def _spoken(literal: str) -> tuple[str, ...]:
    return tuple(syllables("".join(character for character in literal if character.isalnum())))


Row = npt.NDArray[np.float32]


def search(phrase: Phrase, sounds: Sounds, *, slack: float = 0.0) -> list[tuple[int, int, float, bool]]:
    """Where the phrase is heard: (first syllable, end, similarity, clear), best first and free of overlap.

    slack: how far under the needed similarity a place may lie; it is then not clear.

    Approximate substring search (Sellers 1980) with weighted syllable costs, over the slots of the phrase.
    """
    n = len(sounds)
    cost: Row = np.zeros(n + 1, np.float32)
    begin = np.arange(n + 1)
    length: Row = np.zeros(n + 1, np.float32)
    blocked = np.concatenate([[False], sounds.is_break()])
    for slot in phrase.slots:
        if isinstance(slot, Gap):
            if length.any():  # a gap at the very start means nothing
                cost, begin, length = _skip(cost, begin, length, slot.at_most, blocked)
            continue
        cost, begin, length = _choose(cost, begin, length, slot, sounds)
    similarity = 1.0 - cost / np.maximum(length, 1.0)
    enough = np.array([_enough(int(count)) for count in length], np.float32)
    found: list[tuple[int, int, float, bool]] = []
    for end in np.argsort(-similarity, kind="stable"):
        if similarity[end] < _ENOUGH_LONG - slack:
            break
        if similarity[end] < enough[end] - slack:
            continue
        start = int(begin[end])
        if end > start and all(end <= other or start >= stop for other, stop, *_ in found):
            clear = bool(similarity[end] >= enough[end])
            found.append((start, int(end), round(float(similarity[end]), 3), clear))
    return found


def _enough(count: int) -> float:
    if count < 3:
        return 2.0
    return _ENOUGH.get(count, _ENOUGH_LONG)


def _choose(cost: Row, begin: Any, length: Row, slot: Choice, sounds: Sounds) -> tuple[Row, Any, Row]:
    best: tuple[Row, Any, Row] | None = None
    for option in slot.options:
        way = (cost, begin, length)
        for syllable in _spoken(option):
            way = _step(*way, sounds.costs(syllable))
        best = way if best is None else _better(best, way)
    assert best is not None  # read_phrase never makes an empty choice
    return best


def _step(cost: Row, begin: Any, length: Row, heard: Row) -> tuple[Row, Any, Row]:
    """One syllable of the phrase: heard (well or badly), missing, or with one more between."""
    missing = cost + _DELETED
    here = np.full_like(cost, 99.0)
    here[1:] = cost[:-1] + heard
    stay = missing < here
    new = np.where(stay, missing, here)
    came = np.concatenate([begin[:1], begin[:-1]])
    counted = np.concatenate([length[:1], length[:-1]])
    new_begin = np.where(stay, begin, came)
    new_length = np.where(stay, length, counted) + 1
    extra = np.full_like(new, 99.0)
    extra[2:] = new[1:-1] + _INSERTED + (heard[1:] > 50) * 99
    more = extra < new
    return (
        np.where(more, extra, new),
        np.where(more, np.concatenate([new_begin[:1], new_begin[:-1]]), new_begin),
        np.where(more, np.concatenate([new_length[:1], new_length[:-1]]), new_length),
    )


def _skip(cost: Row, begin: Any, length: Row, at_most: int, blocked: Any) -> tuple[Row, Any, Row]:
    best = (cost, begin, length)
    walked = (cost, begin, length)
    for _ in range(at_most):
        moved = np.concatenate([[99.0], walked[0][:-1]]).astype(np.float32)
        moved[blocked] = 99.0
        walked = (moved, np.concatenate([walked[1][:1], walked[1][:-1]]), np.concatenate([[0], walked[2][:-1]]))
        best = _better(best, walked)
    return best


def _better(one: tuple[Row, Any, Row], other: tuple[Row, Any, Row]) -> tuple[Row, Any, Row]:
    """Place by place the way with the higher share of heard syllables so far; the longer on a tie."""
    rank_one = one[0] - 0.5 * one[2]
    rank_other = other[0] - 0.5 * other[2]
    take = rank_other < rank_one
    return (
        np.where(take, other[0], one[0]),
        np.where(take, other[1], one[1]),
        np.where(take, other[2], one[2]),
    )


def _best(hits: Sequence[Hit]) -> list[Hit]:
    """Of overlapping hits of one key, the surest, then the longest."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (-hit.score, hit.start - hit.end, hit.start, hit.phrase)):
        if all(hit.key != other.key or hit.end <= other.start or hit.start >= other.end for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: (hit.start, hit.end, hit.key))
