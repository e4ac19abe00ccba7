"""Lost packets: speech in which frames of 20 to 60 ms are missing, or filled with the frame before them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.records import Span

from .edges import CLICK_DB, breaks_off
from .levels import FRAME_MS, Levels, runs
from .voice import merge

_HOLE_MS = (10, 250)  # lengths of one hole; consecutive frames are lost together
_REPEAT_MS = (20, 30, 40, 60)  # packets of the telephone codecs
_SAME = 0.01  # energy of the difference to the packet before, over its own: a copy, not the same vowel
_AUDIBLE_DBFS = -60.0
_WINDOW_MS = 1_000
_PER_WINDOW = 3  # holes and copies in a second; a stop consonant on a silent line looks like one now and then
_JOIN_MS = 1_000


def find_losses(samples: npt.NDArray[np.float32], sample_rate_hz: int, levels: Levels) -> tuple[Span, ...]:
    """Stretches in which packets were lost. samples: mono float32 (n,), the channel that was measured."""
    events = [*_holes(levels), *_copies(samples, sample_rate_hz, levels)]
    events.sort(key=lambda event: event.start_ms)
    found = []
    for i in range(len(events) - _PER_WINDOW + 1):
        last = events[i + _PER_WINDOW - 1]
        if last.end_ms - events[i].start_ms <= _WINDOW_MS:
            found.append(Span(events[i].start_ms, last.end_ms))
    return merge(found, gap_ms=_JOIN_MS)


def _holes(levels: Levels) -> list[Span]:
    shortest, longest = _HOLE_MS
    return [
        Span(start * FRAME_MS, end * FRAME_MS)
        for start, end in runs(levels.dead)
        if shortest <= (end - start) * FRAME_MS <= longest
        and (breaks_off(levels, start) or levels.hum is not None)
        and end < len(levels.db)
    ]


def _copies(samples: npt.NDArray[np.float32], sample_rate_hz: int, levels: Levels) -> list[Span]:
    audible = levels.usual - CLICK_DB if levels.hum is None else max(_AUDIBLE_DBFS, levels.hum - CLICK_DB)
    sound = samples.astype(np.float64)
    energy = np.concatenate([[0.0], np.cumsum(sound**2)])
    found: list[Span] = []
    for length_ms in _REPEAT_MS:
        size = length_ms * sample_rate_hz // 1000
        if len(sound) < 2 * size:
            continue
        change = np.concatenate([[0.0], np.cumsum((sound[size:] - sound[:-size]) ** 2)])
        own = energy[2 * size :] - energy[size:-size]
        differs = change[size:] - change[:-size]
        same = (differs < _SAME * own) & (own > size * 10 ** (audible / 10))
        for start, end in runs(same):
            begin_ms = (start + size) * 1000 // sample_rate_hz
            span = Span(begin_ms, begin_ms + length_ms + (end - start) * 1000 // sample_rate_hz)
            if not levels.tone[span.start_ms // FRAME_MS : span.end_ms // FRAME_MS + 1].any():
                found.append(span)
    return list(merge(found))
