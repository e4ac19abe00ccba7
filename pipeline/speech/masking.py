"""Stretches that may hide speech though no detector hears any: noise, sound that is cut out, lost packets.

Without them a burst over the opening, or some seconds of lost sound, would pass for silence, and silence proves
absences. What tells lost sound from a pause: a line that hums does not fall silent by itself; a voice that ends fades,
a voice that is cut off clicks; and on a line silent between words nobody waits for long in the middle of a call.
The limits were set on unmodified calls, of which they must mark none (docs/accuracy.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pipeline.records import Gap, Span, Tone

from .edges import cut_edges
from .levels import FRAME_MS, Frames, Levels, inside, measure_levels, runs
from .losses import find_losses
from .voice import merge

_JOIN_MS = 250
_NOISE_UNDER_SPEECH_DB = 6.0  # noise this near to the speech's level covers speech
_NOISE_OVER_HUM_DB = 10.0  # and this far over the line's own hum: else the whole call is as noisy
_MIN_NOISE_MS = 1_000
_STEADY_MS = 2_000  # speech dips within this time, between syllables; noise laid over it does not
_STEADY_PERCENTILE = 10  # of the frames in that time: its dips
_MIN_CUT_MS = 250  # of nothing on a line that hums, or after speech that was cut off
_LONG_PAUSE_MS = 2_500  # on a silent line; 2.2 s is the longest pause of 20 development calls
_MONOLOGUE_MS = 1_000  # of nothing inside what the caller says
_OUT_OF_PROPORTION = 3.0  # times its other long pauses
_LONG_PERCENTILE = 90  # of its other pauses
_NEAR_MS = 400  # between a pause and the words around it: else somebody spoke there whom nobody understood
_LEAST_PAUSE_MS = 100  # shorter is a stop consonant
_SPOKEN_MS = 500  # of a long pause that a detector may count to the speech around it
_SHORT_LEAD_MS = 700  # of nothing before the first word on a line that hums
_LONG_LEAD_MS = 5_000  # of nothing before the first word; a ringing tone pauses for 4 s


def find_masked(
    samples: npt.NDArray[np.float32],
    sample_rate_hz: int,
    speech: Sequence[Span],
    tones: Sequence[Tone],
    voices: Sequence[tuple[bool, Span]] = (),
    other_channels: Sequence[Span] = (),
) -> tuple[Gap, ...]:
    """Gaps "noise" and "dropout" on one channel. samples: mono float32 (n,). speech: where anybody speaks, sorted.

    voices: whether the caller speaks, and when, on any channel, in time order; empty where it is not known.
    other_channels: where somebody speaks on another channel.
    """
    levels = measure_levels(samples, sample_rate_hz, speech, tones)
    if levels is None:
        return ()
    noise = _noise(levels)
    unclear = replace(levels, tone=levels.tone | inside(noise, len(levels.db)))  # where noise ends nothing was cut off
    cuts = [
        *_cuts(samples, sample_rate_hz, unclear, inside(other_channels, len(levels.db))),
        *_broken_opening(levels, voices),
    ]
    lost = merge([*cuts, *find_losses(samples, sample_rate_hz, levels)], gap_ms=_JOIN_MS)
    gaps = [Gap(span.start_ms, span.end_ms, "noise") for span in noise]
    gaps += [Gap(span.start_ms, span.end_ms, "dropout") for span in lost]
    return tuple(sorted(gaps, key=lambda gap: gap.start_ms))


def _noise(levels: Levels) -> list[Span]:
    """Where it is as loud as speech and nobody is heard, or so steadily loud that nobody could be."""
    loud = levels.db >= levels.usual - _NOISE_UNDER_SPEECH_DB
    steady = _steady(levels) & ~levels.tone
    unheard = _smoothed(loud) & levels.quiet
    joined = merge((_span(run) for run in runs(unheard | steady)), gap_ms=_JOIN_MS)
    return [span for span in joined if span.length_ms >= _MIN_NOISE_MS]


def _smoothed(loud: Frames) -> Frames:
    """Noise by the 50 ms: single frames of 5 ms flicker."""
    size = 50 // FRAME_MS
    return np.asarray(np.convolve(loud, np.ones(size) / size, mode="same") >= 0.5)


def _steady(levels: Levels) -> Frames:
    """Frames in two seconds whose very dips are about as loud as speech and far louder than the line's own hum."""
    size, step = _STEADY_MS // FRAME_MS, 100 // FRAME_MS
    least = levels.usual - _NOISE_UNDER_SPEECH_DB
    if levels.hum is not None:
        least = max(least, levels.hum + _NOISE_OVER_HUM_DB)
    found = np.zeros(len(levels.db), dtype=bool)
    for start in range(0, len(levels.db) - size + 1, step):
        if np.percentile(levels.db[start : start + size], _STEADY_PERCENTILE) >= least:
            found[start : start + size] = True
    return found


def _cuts(samples: npt.NDArray[np.float32], sample_rate_hz: int, levels: Levels, other_channels: Frames) -> list[Span]:
    """Stretches without any sound that are no pause."""
    found: list[Span] = []
    for start, end in runs(levels.dead):
        if (end - start) * FRAME_MS < _MIN_CUT_MS:
            continue
        if _is_lost(levels, start, end):
            found.append(_span((start, end)))
            continue
        begins, ends = cut_edges(samples, sample_rate_hz, levels, start, end)
        alone = [
            (start + a, start + b) for a, b in runs(~other_channels[start:end])
        ]  # the others' turn is silence here
        found += [_span(part) for part in (alone[:1] if begins else []) + (alone[-1:] if ends else [])]
    return [span for span in merge(found) if span.length_ms >= _MIN_CUT_MS]


def _is_lost(levels: Levels, start: int, end: int) -> bool:
    """Whether the dead frames [start, end), though their edges are soft, are no pause on this line."""
    sounding = ~levels.dead & ~levels.tone
    if start >= levels.last:  # after the last word: if the line still hums later, it was not hung up
        return levels.hum is not None and _ms(sounding[end:]) >= _MIN_CUT_MS
    if start < levels.first:
        return _lead_is_lost(levels, start, min(end, levels.first), _ms(sounding[:start]))
    waits = [_span(run).length_ms for run in runs(~levels.spoken[start:end])]  # the other channel may be speaking
    return levels.hum is not None or max(waits, default=0) >= _LONG_PAUSE_MS


def _broken_opening(levels: Levels, voices: Sequence[tuple[bool, Span]]) -> list[Span]:
    """On a silent line, pauses in what the caller says first that are out of all proportion to its other pauses.

    What is cut out from one pause to another leaves no click; it leaves a longer pause. Later in the call a longer
    pause is rather a short answer that was given to the wrong side.
    """
    if levels.hum is not None:
        return []
    pauses = _own_pauses(levels, voices)
    found = []
    for pause in pauses:
        others = [other.length_ms for other in pauses if other is not pause]
        usual_ms = float(np.percentile(others, _LONG_PERCENTILE)) if others else 0.0
        if pause.length_ms >= max(_MONOLOGUE_MS, _OUT_OF_PROPORTION * usual_ms):
            found.append(pause)
    return [pause for pause in found if pause.end_ms <= _end_of_opening(voices)]


def _end_of_opening(voices: Sequence[tuple[bool, Span]]) -> int:
    """When somebody else speaks for the first time after the caller began, ms."""
    began = next((span.start_ms for far, span in voices if far), 0)
    return next((span.start_ms for far, span in voices if not far and span.start_ms > began), voices[-1][1].end_ms)


def _own_pauses(levels: Levels, voices: Sequence[tuple[bool, Span]]) -> list[Span]:
    """The dead stretches right after which the caller itself goes on, nobody else having spoken."""
    found = []
    for run in runs(levels.dead):
        pause = _span(run)
        before = [voice for voice in voices if voice[1].start_ms < pause.start_ms]
        after = [voice for voice in voices if voice[1].end_ms > pause.end_ms]
        if pause.length_ms < _LEAST_PAUSE_MS or not (before and after and before[-1][0] and after[0][0]):
            continue
        inside = [span for _, span in voices if pause.start_ms <= span.start_ms and span.end_ms <= pause.end_ms]
        near = before[-1][1].end_ms >= pause.start_ms - _NEAR_MS and after[0][1].start_ms <= pause.end_ms + _NEAR_MS
        if near and not inside and _ms(levels.spoken[run[0] : run[1]]) <= _SPOKEN_MS:
            found.append(pause)
    return found


def _lead_is_lost(levels: Levels, start: int, end: int, sounded_ms: int) -> bool:
    """Before the first word there is nothing to lose, unless the line hummed already or hums only from there."""
    up_to_words = end >= levels.first - _MIN_CUT_MS // FRAME_MS
    if levels.hum is not None and (sounded_ms >= _MIN_CUT_MS or up_to_words):
        return (end - start) * FRAME_MS >= _SHORT_LEAD_MS
    return up_to_words and (end - start) * FRAME_MS >= _LONG_LEAD_MS


def _ms(frames: Frames) -> int:
    return int(frames.sum()) * FRAME_MS


def _span(run: tuple[int, int]) -> Span:
    return Span(run[0] * FRAME_MS, run[1] * FRAME_MS)
