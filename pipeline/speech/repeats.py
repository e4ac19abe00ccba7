"""The same sound twice in one call: a recording or a synthesiser, since no person says a sentence twice alike.

Text only proposes where to look; the waveforms decide. Two readings by one person, however alike in words, correlate
near zero sample by sample; the same audio through one phone line correlates far above that, noise and codec included.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import combinations

import numpy as np
import numpy.typing as npt

from pipeline.records import Audio, Repeat, Span, Turn

_MIN_CHARS = {"zh": 7, "en": 24}  # length of common wording worth looking at
_MIN_MS = 1_200  # of sound compared
_MAX_MS = 6_000
_SLACK_MS = 900  # word times are this inexact
_SAME_SOUND = 0.5  # normalised cross-correlation; measured on the development calls in docs/accuracy.md
_MAX_TURNS = 60  # of the far side; more would compare for too long
_TELEPHONE_HZ = 4_000  # half the rate of a telephone line: sound is compared decimated to twice this


def find_repeats(audio: Audio, turns: Sequence[Turn], language: str, *, channel: int) -> tuple[Repeat, ...]:
    """Sentences of the far side that are the same sound twice. turns: with words and roles. channel: the far side's."""
    far = [turn for turn in turns if turn.role == "caller" and turn.words][:_MAX_TURNS]
    shortest = _MIN_CHARS.get(language, _MIN_CHARS["en"])
    samples = audio.samples[channel]
    found = []
    for one, other in combinations(far, 2):
        matcher = SequenceMatcher(None, one.text, other.text, autojunk=False)
        block = matcher.find_longest_match()
        if block.size < shortest:
            continue
        first = _span(one, block.a, block.a + block.size)
        again = _span(other, block.b, block.b + block.size)
        if min(first.length_ms, again.length_ms) < _MIN_MS:
            continue
        correlation = _correlation(samples, audio.sample_rate_hz, first, again)
        if correlation >= _SAME_SOUND:
            found.append(Repeat(first, again, round(correlation, 3)))
    return tuple(found)


def _span(turn: Turn, start: int, end: int) -> Span:
    """Time of [start, end) of the turn's text, by its words."""
    position, first, last = 0, turn.words[0], turn.words[-1]
    for word in turn.words:
        place = turn.text.find(word.text.strip(), position)
        position = max(position, place)
        if position <= start:
            first = word
        if position < end:
            last = word
    return Span(first.start_ms, max(first.start_ms, last.end_ms))


def _correlation(samples: npt.NDArray[np.float32], rate_hz: int, first: Span, again: Span) -> float:
    """Best normalised cross-correlation of the first sound inside the second's surroundings."""
    step = max(1, rate_hz // (2 * _TELEPHONE_HZ))
    rate = rate_hz // step
    length = min(first.length_ms, again.length_ms, _MAX_MS) * rate // 1000
    thin = samples[: len(samples) // step * step].reshape(-1, step).mean(axis=1)
    start = first.start_ms * rate // 1000
    piece = thin[start : start + length]
    begin = max(0, (again.start_ms - _SLACK_MS) * rate // 1000)
    around = thin[begin : begin + length + 2 * _SLACK_MS * rate // 1000]
    if len(piece) < length or len(around) < length or not piece.any():
        return 0.0
    size = 1 << (len(around) + length).bit_length()
    product = np.fft.irfft(np.fft.rfft(around, size) * np.conj(np.fft.rfft(piece, size)), size)
    lags = len(around) - length + 1
    energy = np.concatenate([[0.0], np.cumsum(around.astype(np.float64) ** 2)])
    local = np.sqrt(np.maximum(energy[length : length + lags] - energy[:lags], 1e-12))
    scaled = product[:lags] / (local * np.linalg.norm(piece.astype(np.float64)) + 1e-12)
    return float(np.max(np.abs(scaled)))
