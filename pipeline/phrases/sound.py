"""Mandarin by sound: syllables, how far two of them are apart, and a search that forgives a recogniser's spelling.

Whisper base writes Mandarin over a phone line with the right sounds and the wrong characters (转人工 comes back as
传人工, 已经为您登记退订 as 意境為您等級推頂). Tones are ignored: they are the first thing a narrow band loses.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

_OTHER = "?"  # a sign that is no syllable
_LETTER_SOUNDS = {"a": "ei", "i": "ai", "p": "pi", "c": "xi", "v": "wei"}  # letters spelled aloud in AI, APP, VIP, C

#: Cost of hearing one initial for the other. The confusions of southern accents and of narrow-band fricatives come
#: first (n/l, zh/z, ch/c, sh/s, f/h, r/l), then pairs that differ in aspiration or place only.
_NEAR_INITIALS = {
    0.12: ("n l", "zh z", "ch c", "sh s", "f h", "r l"),
    0.30: ("b p", "d t", "g k", "j q", "zh ch", "z c", "j zh", "q ch", "x sh", "x s", "z j", "q c", "m n", "r sh"),
    0.40: ("x q", "j x", "s c", "sh ch", "sh zh", "h k", "h g", "b m", "d n", "w f", "t k", "y j", "r y", "d l"),
}
_FAR_INITIAL = 0.65
_NEAR_FINALS = {
    0.08: ("an ang", "en eng", "in ing", "ian iang", "uan uang", "uen ong", "ün iong"),
    0.25: ("e uo", "o uo", "ou uo", "ong ou", "ai ei", "ian an", "in en", "ing eng", "iou ou", "uei ei", "i ü", "e a"),
    0.40: ("a ia", "a ua", "ao iao", "ao ou", "ie ei", "ie ian", "i ie", "u ou", "u uo", "ian in", "an ai", "en an",
           "eng ang", "ong eng", "uei i", "uen en", "e er", "i ei", "ü üe", "uang ang", "iang ang", "i e"),
}  # fmt: skip
_FAR_FINAL = 0.65


_NOTHING_ALIKE = 1.3


def _pairs(table: dict[float, tuple[str, ...]]) -> dict[frozenset[str], float]:
    return {frozenset(pair.split()): cost for cost, pairs in table.items() for pair in pairs}


_INITIALS = _pairs(_NEAR_INITIALS)
_FINALS = _pairs(_NEAR_FINALS)


@cache
def sound_parts(syllable: str) -> tuple[str, str]:
    """Initial (with y and w kept) and final of a tone-free syllable."""
    from pypinyin.contrib.tone_convert import to_finals

    final = to_finals(syllable, strict=True, v_to_u=True) or syllable
    initial = next((sign for sign in ("zh", "ch", "sh") if syllable.startswith(sign)), syllable[:1])
    return (initial if initial not in "aeo" else "", final)


@cache
def syllable_cost(one: str, other: str) -> float:
    """0 for the same sound, 1.3 for nothing in common: one plainly other syllable outweighs several near ones."""
    if one == other:
        return 0.0
    if _OTHER in (one, other):
        return _NOTHING_ALIKE
    (initial_a, final_a), (initial_b, final_b) = sound_parts(one), sound_parts(other)
    first = 0.0 if initial_a == initial_b else _INITIALS.get(frozenset((initial_a, initial_b)), _FAR_INITIAL)
    last = 0.0 if final_a == final_b else _FINALS.get(frozenset((final_a, final_b)), _FAR_FINAL)
    return min(_NOTHING_ALIKE, first + last)


def syllables(text: str) -> list[str]:
    """One tone-free syllable a character of a simplified text; "?" for what has none. Polyphones by their word."""
    from pypinyin import Style, lazy_pinyin

    spoken: list[str] = []
    for run in _runs(text):
        if _is_han(run[0]):
            read = lazy_pinyin(run, style=Style.NORMAL, v_to_u=False)
            spoken += read if len(read) == len(run) else [_OTHER] * len(run)
        else:
            spoken += [_LETTER_SOUNDS.get(character, _OTHER) for character in run]
    return spoken


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


def _runs(text: str) -> list[str]:
    runs: list[str] = []
    for character in text:
        if runs and _is_han(runs[-1][0]) == _is_han(character):
            runs[-1] += character
        else:
            runs.append(character)
    return runs


class Sounds:
    """The syllables of a text, ready to be searched, and where each stands in it.

    Punctuation and spaces are left out: a recogniser sets them as it likes. Searches never cross `breaks`.
    """

    def __init__(self, text: str, breaks: frozenset[int] = frozenset()) -> None:
        """breaks: offsets in text before which a new speaker begins."""
        spoken = syllables(text)
        kept: list[str] = []
        self.offsets: list[int] = []
        pending = False
        for i, (character, syllable) in enumerate(zip(text, spoken, strict=True)):
            pending = pending or i in breaks
            if character.isalnum():
                if pending and kept:
                    kept.append("|")
                    self.offsets.append(i)
                pending = False
                kept.append(syllable)
                self.offsets.append(i)
        self.known = sorted(set(kept))
        place = {syllable: i for i, syllable in enumerate(self.known)}
        self._ids = np.array([place[syllable] for syllable in kept], dtype=np.intp)
        self._rows: dict[str, npt.NDArray[np.float32]] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def costs(self, syllable: str) -> npt.NDArray[np.float32]:
        """float32 (n,): cost of hearing `syllable` at each place; a break costs more than any phrase can bear."""
        row = self._rows.get(syllable)
        if row is None:
            table = np.array(
                [99.0 if other == "|" else syllable_cost(syllable, other) for other in self.known], dtype=np.float32
            )
            row = self._rows[syllable] = table[self._ids]
        return row

    def is_break(self) -> npt.NDArray[np.bool_]:
        return np.array([self.known[i] == "|" for i in self._ids], dtype=bool)
