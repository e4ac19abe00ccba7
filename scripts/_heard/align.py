"""Where the words of the source went in the text that was heard: by sound in Mandarin, by letters in English."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.phrases import match_copy, syllable_cost, syllables

__all__ = ["Units", "carry_over", "error_rate", "units"]

#: Share of a span's sounds or letters that must have come through; below, the span has vanished. Aligned with another
#: utterance, 95 % of the spans keep under 0.39 (zh) and 0.52 (en).
ENOUGH = {"zh": 0.45, "en": 0.55}
_LOST = 0.8  # cost of a unit on one side only; a plainly other unit (1.3 or 1) is cheaper than two lost ones
_NEVER = 9.0  # a space is not heard as a letter
_VOWEL_FOR_VOWEL = 0.6
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Units:
    """What is compared, and the offset in the text each came from. spelled: characters; sounds: syllables (zh)."""

    spelled: tuple[str, ...]
    sounds: tuple[str, ...]
    offsets: tuple[int, ...]


def units(text: str, language: str) -> Units:
    """Mandarin: characters that are read aloud. English: letters, and one space between words; digits in words."""
    copy = match_copy(text, language)
    if language == "zh":
        kept = [i for i, character in enumerate(copy) if character.isalnum()]
        sounds = syllables(copy)
        return Units(tuple(copy[i] for i in kept), tuple(sounds[i] for i in kept), tuple(kept))
    spelled: list[str] = []
    offsets: list[int] = []
    for i, character in enumerate(copy):
        if character.isdigit():
            written = f" {_DIGITS[int(character)] if character in '0123456789' else character} "
        elif character.isalpha():
            written = character
        elif character == "'":
            written = ""
        else:
            written = " "
        for letter in written:
            if letter != " " or (spelled and spelled[-1] != " "):
                spelled.append(letter)
                offsets.append(i)
    if spelled and spelled[-1] == " ":
        spelled.pop()
        offsets.pop()
    return Units(tuple(spelled), tuple(spelled), tuple(offsets))


def error_rate(source: Units, heard: Units) -> float:
    """Character error rate: insertions, deletions and substitutions over the source's length."""
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(source.spelled, heard.spelled) / max(1, len(source.spelled))


def carry_over(text: str, heard: str, spans: Sequence[dict[str, Any]], language: str) -> list[dict[str, Any]]:
    """The spans with the words heard for them as quote and the share that came through as kept (0-1).

    A span that vanished has no quote. Its label and level stay: they were said.
    """
    source, found = units(text, language), units(heard, language)
    pairs = _align(source.sounds, found.sounds, _sound_cost if language == "zh" else _letter_cost)
    carried = []
    for span in spans:
        start = text.index(span["quote"])
        inside = [i for i, offset in enumerate(source.offsets) if start <= offset < start + len(span["quote"])]
        kept = sum(max(0.0, 1.0 - pairs[i][1]) for i in inside) / max(1, len(inside))
        entry: dict[str, Any] = {"label": span["label"]}
        if "level" in span:
            entry["level"] = span["level"]
        landed = [pair for i in inside if (pair := pairs[i][0]) is not None]
        quote = _quote(heard, found, landed[0], landed[-1], language) if landed else ""
        if quote and kept >= ENOUGH[language]:
            entry["quote"] = quote
        carried.append(entry | {"kept": round(kept, 2)})
    return carried


def _quote(heard: str, found: Units, first: int, last: int, language: str) -> str:
    """The heard text from unit first to unit last; English in whole words, a word being in by half its letters."""
    if language == "zh":
        return heard[found.offsets[first] : found.offsets[last] + 1]
    words: list[list[int]] = [[]]
    for i, letter in enumerate(found.spelled):
        if letter == " ":
            words.append([])
        else:
            words[-1].append(i)
    inside = [word for word in words if word and 2 * sum(first <= i <= last for i in word) >= len(word)]
    if not inside:
        return ""
    return heard[found.offsets[inside[0][0]] : found.offsets[inside[-1][-1]] + 1]


def _align(
    source: Sequence[str], heard: Sequence[str], cost: Callable[[str, str], float]
) -> list[tuple[int | None, float]]:
    """For each source unit the heard unit it became and at what cost; (None, 1.0) where it was lost. In order."""
    rows = [[j * _LOST for j in range(len(heard) + 1)]]
    for i, unit in enumerate(source):
        above, row = rows[-1], [(i + 1) * _LOST]
        for j, other in enumerate(heard):
            row.append(min(above[j] + cost(unit, other), above[j + 1] + _LOST, row[j] + _LOST))
        rows.append(row)
    pairs: list[tuple[int | None, float]] = [(None, 1.0)] * len(source)
    i, j = len(source), len(heard)
    while i and j:
        changed = cost(source[i - 1], heard[j - 1])
        if rows[i][j] == rows[i - 1][j - 1] + changed:
            i, j = i - 1, j - 1
            pairs[i] = (j, changed)
        elif rows[i][j] == rows[i - 1][j] + _LOST:
            i -= 1
        else:
            j -= 1
    return pairs


def _sound_cost(one: str, other: str) -> float:
    return 0.0 if one == other else syllable_cost(one, other)


def _letter_cost(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if " " in (one, other):
        return _NEVER
    return _VOWEL_FOR_VOWEL if one in "aeiouy" and other in "aeiouy" else 1.0
