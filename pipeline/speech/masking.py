"""Stretches that may hide speech though no detector hears any: loud noise, and sound that drops out.

Without them a burst over the opening, or a second of lost packets, would pass for silence, and silence proves absences.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.records import Gap, Span, Tone

from .voice import merge

_FRAME_MS = 50
_EDGE_MS = 250  # around detected speech: its own beginnings and ends
_JOIN_MS = 250
_NOISE_UNDER_SPEECH_DB = 6.0  # noise this near to the speech's level covers speech
_SPEECH_RANGE_DB = 25.0  # frames this far under the loudest one are not the channel's own speech
_MIN_NOISE_MS = 1_000
_DROP_UNDER_FLOOR_DB = 20.0  # a line that hums between words does not fall this far by itself
_FLOOR_DBFS = -65.0  # a line quieter than this between words is silent anyway: nothing can be told from silence
_MIN_DROP_MS = 1_500
_FLOOR_PERCENTILE = 75  # of the quiet frames: a long dropout must not become the floor itself


def find_masked(
    samples: npt.NDArray[np.float32], sample_rate_hz: int, speech: Sequence[Span], tones: Sequence[Tone]
) -> tuple[Gap, ...]:
    """Gaps "noise" and "dropout" on one channel. samples: mono float32 (n,). speech: by either detector, sorted."""
    size = sample_rate_hz * _FRAME_MS // 1000
    count = len(samples) // size
    if not speech or not count:
        return ()
    frames = samples[: count * size].reshape(count, size).astype(np.float64)
    level = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    spoken = _inside(speech, count)
    near = _inside([Span(span.start_ms - _EDGE_MS, span.end_ms + _EDGE_MS) for span in speech], count)
    quiet = ~near & ~_inside([Span(tone.start_ms, tone.end_ms) for tone in tones], count)
    if not spoken.any() or not quiet.any():
        return ()
    voiced = level[spoken]  # on one of two channels half of it is the other side speaking: silence here
    usual = float(np.median(voiced[voiced >= voiced.max() - _SPEECH_RANGE_DB]))
    loud = quiet & (level >= usual - _NOISE_UNDER_SPEECH_DB)
    gaps = [Gap(span.start_ms, span.end_ms, "noise") for span in _runs(loud) if span.length_ms >= _MIN_NOISE_MS]
    floor = float(np.percentile(level[quiet], _FLOOR_PERCENTILE))
    if floor > _FLOOR_DBFS:
        dropped = quiet & (level < floor - _DROP_UNDER_FLOOR_DB)
        dropped[: int(np.argmax(spoken))] = False  # before the call is connected there is nothing to lose
        dropped[count - int(np.argmax(spoken[::-1])) :] = False
        gaps += [
            Gap(span.start_ms, span.end_ms, "dropout") for span in _runs(dropped) if span.length_ms >= _MIN_DROP_MS
        ]
    return tuple(sorted(gaps, key=lambda gap: gap.start_ms))


def _inside(spans: Sequence[Span], count: int) -> npt.NDArray[np.bool_]:
    mask = np.zeros(count, dtype=bool)
    for span in spans:
        mask[max(0, span.start_ms // _FRAME_MS) : max(0, -(-span.end_ms // _FRAME_MS))] = True
    return mask


def _runs(mask: npt.NDArray[np.bool_]) -> tuple[Span, ...]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    spans = [
        Span(int(start) * _FRAME_MS, int(end) * _FRAME_MS) for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]
    return merge(spans, gap_ms=_JOIN_MS)
