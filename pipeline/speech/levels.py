"""How loud a channel is, frame by frame: its own speech, the hum between words, and where there is nothing at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.records import Span, Tone

FRAME_MS = 5
_EDGE_MS = 250  # around detected speech: its own beginnings and ends
_TONE_EDGE_MS = 100  # around signal tones
_SPEECH_RANGE_DB = 25.0  # frames this far under the loudest one are not the channel's own speech
_NOTHING_DBFS = -75.0  # no analogue line, and no G.711 one with anybody on it, is this quiet
_HUMMING = 0.5  # share of the pauses that must sound, before a line is said to hum: one may be noise or music
_LEAST_PAUSE_MS = 100
_HUM_PERCENTILE = 25  # of the quiet frames that are not nothing: babble and music behind the caller are no hum
_DIP_PERCENTILE = 5  # of all frames that are not nothing: a line never falls under its own hum,
_DIP_TO_HUM_DB = 5.0  # so what is further over the dips of the speech, hold music say, is not it
_DEAD_UNDER_HUM_DB = 20.0  # a line that hums between words does not fall this far by itself
_SILENT_DBFS = -65.0  # a line quieter than this between words is silent: its pauses are digital silence

Frames = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Levels:
    """One channel in frames of FRAME_MS. db: dBFS of each. usual: of the channel's own speech, dBFS.

    hum: level between words, dBFS, None on a line silent there. spoken, quiet, tone: frames in which somebody speaks,
    nobody speaks nor a tone sounds, a tone sounds. dead: frames without the sound that the line has of itself.
    """

    db: npt.NDArray[np.float64]
    usual: float
    hum: float | None
    spoken: Frames
    quiet: Frames
    tone: Frames
    dead: Frames

    @property
    def first(self) -> int:
        """Frame of the first word."""
        return int(np.argmax(self.spoken))

    @property
    def last(self) -> int:
        """Frame after the last word."""
        return len(self.spoken) - int(np.argmax(self.spoken[::-1]))


def measure_levels(
    samples: npt.NDArray[np.float32], sample_rate_hz: int, speech: Sequence[Span], tones: Sequence[Tone]
) -> Levels | None:
    """samples: mono float32 (n,). speech: where anybody speaks. None where nobody does, or without a pause."""
    size = sample_rate_hz * FRAME_MS // 1000
    count = len(samples) // size
    if not speech or not count:
        return None
    frames = samples[: count * size].reshape(count, size).astype(np.float64)
    db = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    spoken = inside(speech, count)
    near = inside([Span(span.start_ms - _EDGE_MS, span.end_ms + _EDGE_MS) for span in speech], count)
    tone = inside([Span(tone.start_ms - _TONE_EDGE_MS, tone.end_ms + _TONE_EDGE_MS) for tone in tones], count)
    quiet = ~near & ~tone
    if not spoken.any() or not quiet.any():
        return None
    voiced = db[spoken]  # on one of two channels half of it is the other side speaking: silence here
    usual = float(np.median(voiced[voiced >= voiced.max() - _SPEECH_RANGE_DB]))
    hum = _hum(db, quiet)
    dead = (db < (_SILENT_DBFS if hum is None else hum - _DEAD_UNDER_HUM_DB)) & ~tone
    return Levels(db, usual, hum, spoken, quiet, tone, dead)


def _hum(db: npt.NDArray[np.float64], quiet: Frames) -> float | None:
    """Level between words, dBFS; None where there is next to nothing."""
    sounding = db > _NOTHING_DBFS
    pauses = [(start, end) for start, end in runs(quiet) if (end - start) * FRAME_MS >= _LEAST_PAUSE_MS]
    heard = sum(sounding[start:end].mean() > 0.5 for start, end in pauses)
    if not pauses or heard < _HUMMING * len(pauses):
        return None
    between = db[quiet & sounding]
    dips = float(np.percentile(db[sounding], _DIP_PERCENTILE))
    hum = min(float(np.percentile(between, _HUM_PERCENTILE)), dips + _DIP_TO_HUM_DB)
    return hum if hum > _SILENT_DBFS else None


def inside(spans: Sequence[Span], count: int) -> Frames:
    """Which of the frames lie in the spans."""
    mask = np.zeros(count, dtype=bool)
    for span in spans:
        mask[max(0, span.start_ms // FRAME_MS) : max(0, -(-span.end_ms // FRAME_MS))] = True
    return mask


def runs(mask: Frames) -> list[tuple[int, int]]:
    """[start, end) of every stretch of frames that are set."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]
