"""Signal tones in a call: keys pressed (DTMF), ring-back, and the AI label's rhythm of GB 45438-2025.

Frames are projected on the few frequencies that matter, all at once. A frame counts only where nearly all its energy is
in the tone; a run of frames counts only where it is as steady in pitch and level as a machine is. Speech passes the
first test now and then, the second hardly ever. A tone under loud speech is not found: better none than a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pipeline.records import Audio, Tone

__all__ = ["find_tones"]

Floats = npt.NDArray[np.float32]

_HOP_MS = 10
_BLOCK_FRAMES = 6000  # a minute at a time: an hour of sound needs no gigabyte
_LEAST_LEVEL = 10 ** (-50 / 20)  # rms of full scale; a signal tone under -50 dBFS is line noise
_STEADY_DB = 6.0  # a machine's tone holds its level, a vowel does not

# DTMF: ITU-T Q.23 (frequencies), Q.24 (receivers: 40 ms, twist, tolerance)
_LOW_HZ = (697.0, 770.0, 852.0, 941.0)
_HIGH_HZ = (1209.0, 1336.0, 1477.0, 1633.0)
_KEYS = ("123A", "456B", "789C", "*0#D")
_KEY_WINDOW_MS = 32
_KEY_LEAST_MS = 30  # as a 40 ms key may measure on a 10 ms grid
_KEY_SHARE = 0.70  # of the energy in the two tones, over a whole key
_KEY_FRAME_SHARE = 0.45  # in each frame of it
_KEY_TWIST_DB = 9.0  # Q.24 asks for 4 to 8; a codec adds a little
_KEY_LEAD_DB = 9.0  # over the next tone of the same group
_KEY_PITCH = 0.015  # Q.24: within 1.5 % is the tone
_KEY_RATIO = 0.006  # low against high: the pairs lie 0.7 % or more off the ratios of a voice's harmonics
_KEY_DRIFT = 0.006  # spread of the pitch within one key; a sung vowel drifts more

# one steady tone: beeps and single-frequency ring-back
_BEEP_WINDOW_MS = 40
_BEEP_FFT = 1024
_BEEP_SHARE = 0.80  # of the energy in the tone, over a whole beep
_BEEP_FRAME_SHARE = 0.55  # in each frame of it
_BEEP_HZ = (250.0, 3400.0)
_BEEP_LEAST_MS = 40
_BEEP_DRIFT = 0.01

# GB 45438-2025: short-long, short-short
_SHORT_MS = (40, 500)
_LONG_PER_SHORT = (1.7, 6.0)
_SHORT_SPREAD = 1.7  # longest by shortest of the three
_RHYTHM_GAP_MS = (20, 1500)
_SAME_PITCH = 0.03

# ring-back: ITU-T E.180 supplement 2. (tones Hz, burst ms, start-to-start ms)
_PAIR_WINDOW_MS = 100
_PAIR_SHARE = 0.75
_PAIR_TWIST_DB = 8.0
_SINGLE_RING_HZ = (415.0, 462.0)  # 425 in most of the world, 450 in mainland China, each with its tolerance
_SINGLE_RING = ((800, 1250), ((4600, 5400),))
_US_RING = ((440.0, 480.0), (1700, 2300), ((5600, 6400),))
_UK_RING = ((400.0, 450.0), (300, 500), ((500, 700), (2250, 2550)))
_FIRST_RING_MS = 5000  # a lone burst is a ring only where the recording begins with it
_CUT_RING_MS = 400  # a burst the recording begins in may be short; not shorter than this


@dataclass(frozen=True)
class _Run:
    """A steady stretch, ms; hz is 0 for a pair."""

    start_ms: int
    end_ms: int
    hz: float = 0.0

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


def find_tones(audio: Audio) -> tuple[Tone, ...]:
    """Tones of each channel, by start, channel and kind. Ring-back is one Tone a burst, a rhythm one Tone in all."""
    tones: list[Tone] = []
    for channel, samples in enumerate(audio.samples):
        rate = audio.sample_rate_hz
        beeps = _beeps(samples, rate)
        tones += [Tone("dtmf", key, run.start_ms, run.end_ms, channel) for key, run in _keys(samples, rate)]
        tones += [Tone("ai_rhythm", "", run.start_ms, run.end_ms, channel) for run in _rhythms(beeps)]
        tones += [Tone("ringback", "", run.start_ms, run.end_ms, channel) for run in _rings(samples, rate, beeps)]
    return tuple(sorted(tones, key=lambda tone: (tone.start_ms, tone.channel, tone.kind, tone.symbol)))


def _frames(samples: Floats, rate: int, window_ms: int) -> Iterator[tuple[Floats, Floats]]:
    """Blocks of Hann-windowed frames (count, n), _HOP_MS apart, centred on multiples of the hop, and their energy."""
    size, hop = rate * window_ms // 1000, rate * _HOP_MS // 1000
    padded = np.pad(samples, (size // 2, size))
    window = np.hanning(size).astype(np.float32)
    views = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop][: len(samples) // hop + 1]
    for at in range(0, len(views), _BLOCK_FRAMES):
        block = views[at : at + _BLOCK_FRAMES] * window
        yield block, np.einsum("ij,ij->i", block, block)


def _project(
    samples: Floats, rate: int, window_ms: int, hz: Sequence[float]
) -> tuple[npt.NDArray[np.complex64], Floats]:
    """Complex amplitude at each frequency, scaled so that |x|² is the tone's energy, and the energy, of each frame."""
    size = rate * window_ms // 1000
    angles = 2 * np.pi * np.outer(np.arange(size) / rate, np.array(hz))
    basis = np.hstack([np.cos(angles), -np.sin(angles)]).astype(np.float32)
    values, energies = [], []
    for block, energy in _frames(samples, rate, window_ms):
        both = block @ basis
        values.append(both[:, : len(hz)] + 1j * both[:, len(hz) :])
        energies.append(energy)
    return (np.vstack(values) * np.float32(_tone_scale(size))).astype(np.complex64), np.concatenate(energies)


def _tone_scale(size: int) -> float:
    """From the amplitude of a Hann-windowed projection to the square root of the tone's energy in that frame."""
    window = np.hanning(size)
    return float(np.sqrt(2 * np.sum(window**2)) / np.sum(window))


def _floor(rate: int, window_ms: int) -> float:
    """Energy of a windowed frame at the least level."""
    return float(_LEAST_LEVEL**2 * np.sum(np.hanning(rate * window_ms // 1000) ** 2))


def _stretches(wanted: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """[first, last] of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], wanted, [False]]).astype(np.int8)))
    return [(int(first), int(last) - 1) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def _decibels(power: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    decibels: npt.NDArray[np.floating] = 10 * np.log10(np.maximum(power, 1e-12))
    return decibels


def _keys(samples: Floats, rate: int) -> Iterator[tuple[str, _Run]]:
    """Keys pressed: one low and one high tone, both steady, and little else."""
    values, energy = _project(samples, rate, _KEY_WINDOW_MS, (*_LOW_HZ, *_HIGH_HZ))
    power = np.abs(values) ** 2
    best, lead = [], []
    for group in (power[:, :4], power[:, 4:]):
        order = np.sort(group, axis=1)
        best.append(order[:, -1])
        lead.append(_decibels(order[:, -1]) - _decibels(order[:, -2]))
    key = power[:, :4].argmax(axis=1) * 4 + power[:, 4:].argmax(axis=1)
    share = (best[0] + best[1]) / np.maximum(energy, 1e-12)
    wanted = (
        (energy > _floor(rate, _KEY_WINDOW_MS))
        & (share > _KEY_FRAME_SHARE)
        & (np.abs(_decibels(best[0]) - _decibels(best[1])) < _KEY_TWIST_DB)
        & (np.minimum(lead[0], lead[1]) > _KEY_LEAD_DB)
    )
    for code in np.unique(key[wanted]):
        row, column = divmod(int(code), 4)
        if column == 3:  # A to D are on no telephone
            continue
        for first, last in _stretches(wanted & (key == code)):
            run = slice(first, last + 1)
            if float(np.median(share[run])) < _KEY_SHARE:
                continue
            low_off = _offset(values[run, row], _LOW_HZ[row])
            high_off = _offset(values[run, 4 + column], _HIGH_HZ[column])
            if low_off is None or high_off is None or abs(low_off - high_off) > _KEY_RATIO:
                continue
            found = _edges(power[:, row] + power[:, 4 + column], first, last)
            if found.length_ms >= _KEY_LEAST_MS:
                yield _KEYS[row][column], found


def _offset(values: npt.NDArray[np.complex64], hz: float) -> float | None:
    """How far a tone lies from `hz`, as a share of it; None where its pitch or level does not hold.

    The pitch is read from how far the phase turns between frames.
    """
    if len(values) < 3:
        return None
    hop_s = _HOP_MS / 1000
    turn = np.angle(values[1:] * np.conj(values[:-1]) * np.exp(-2j * np.pi * hz * hop_s)) / (2 * np.pi * hop_s)
    inner = turn[1:-1] if len(turn) > 3 else turn
    offset = float(np.median(inner)) / hz
    level = _decibels(np.abs(values[1:-1]) ** 2)
    holds = abs(offset) < _KEY_PITCH and _spread(inner) < _KEY_DRIFT * hz and _spread(level) < _STEADY_DB / 2
    return offset if holds else None


def _spread(values: npt.NDArray[np.floating]) -> float:
    """Half the distance between the 15th and 85th percentile: a standard deviation that one noisy frame cannot move."""
    low, high = np.percentile(values, (15, 85))
    return float(high - low) / 2


def _edges(power: npt.NDArray[np.floating], first: int, last: int) -> _Run:
    """Where the tone begins and ends: a frame centred on the edge holds half the amplitude, a quarter of the power."""
    enough = power > np.median(power[first : last + 1]) / 4
    while first > 0 and enough[first - 1] and last - first < len(power):
        first -= 1
    while last + 1 < len(power) and enough[last + 1]:
        last += 1
    return _Run(first * _HOP_MS, last * _HOP_MS)


def _beeps(samples: Floats, rate: int) -> list[_Run]:
    """Stretches of one steady frequency and little else, in time order."""
    size, bin_hz = rate * _BEEP_WINDOW_MS // 1000, rate / _BEEP_FFT
    low, high = (round(hz / bin_hz) for hz in _BEEP_HZ)
    hertz, shares, powers, energies = [], [], [], []
    for block, energy in _frames(samples, rate, _BEEP_WINDOW_MS):
        spectrum = np.abs(np.fft.rfft(block, _BEEP_FFT, axis=1)) ** 2
        rows = np.arange(len(block))
        peak = spectrum[:, low:high].argmax(axis=1) + low
        left, top, right = (np.log(np.maximum(spectrum[rows, peak + step], 1e-20)) for step in (-1, 0, 1))
        curve = left - 2 * top + right
        shift = np.clip(np.where(curve < 0, 0.5 * (left - right) / np.where(curve < 0, curve, -1.0), 0.0), -0.5, 0.5)
        power = np.exp(top - 0.25 * (left - right) * shift) * _tone_scale(size) ** 2
        hertz.append((peak + shift) * bin_hz)
        shares.append(power / np.maximum(energy, 1e-12))
        powers.append(power)
        energies.append(energy)
    hz, share, power = np.concatenate(hertz), np.concatenate(shares), np.concatenate(powers)
    wanted = (np.concatenate(energies) > _floor(rate, _BEEP_WINDOW_MS)) & (share > _BEEP_FRAME_SHARE)
    steps = np.abs(np.diff(hz)) < _SAME_PITCH * hz[1:]
    found = []
    for first, last in _stretches(wanted):
        breaks = [first, *(int(at) + 1 for at in first + np.flatnonzero(~steps[first:last])), last + 1]
        for begin, end in pairwise(breaks):
            run = hz[begin:end]
            middle = float(np.median(run))
            if end - begin < 3 or float(np.median(share[begin:end])) < _BEEP_SHARE:
                continue
            inner = _decibels(power[begin + 2 : end - 2]) if end - begin > 5 else np.zeros(1)
            if _spread(run[1:-1]) > _BEEP_DRIFT * middle or _spread(inner) > _STEADY_DB / 2:
                continue
            beep = _edges(np.where(np.abs(hz - middle) < _SAME_PITCH * middle, power, 0), begin, end - 1)
            if beep.length_ms >= _BEEP_LEAST_MS:
                found.append(_Run(beep.start_ms, beep.end_ms, middle))
    return found


def _rhythms(beeps: Sequence[_Run]) -> Iterator[_Run]:
    """Short-long, short-short, at one pitch, standing by itself."""
    at = 0
    while at + 4 <= len(beeps):
        four = beeps[at : at + 4]
        before = beeps[at - 1] if at else None
        after = beeps[at + 4] if at + 4 < len(beeps) else None
        if _is_rhythm(four) and _alone(four, before, after):
            yield _Run(four[0].start_ms, four[3].end_ms)
            at += 4
        else:
            at += 1


def _is_rhythm(four: Sequence[_Run]) -> bool:
    shorts = [four[0].length_ms, four[2].length_ms, four[3].length_ms]
    mean = sum(shorts) / 3
    gaps = [later.start_ms - earlier.end_ms for earlier, later in pairwise(four)]
    return (
        all(_SHORT_MS[0] <= length <= _SHORT_MS[1] for length in shorts)
        and max(shorts) <= _SHORT_SPREAD * min(shorts)
        and _LONG_PER_SHORT[0] * mean <= four[1].length_ms <= _LONG_PER_SHORT[1] * mean
        and all(_RHYTHM_GAP_MS[0] <= gap <= _RHYTHM_GAP_MS[1] for gap in gaps)
        and max(gaps[0], gaps[2]) <= 2 * min(gaps[0], gaps[2]) + 2 * _HOP_MS
        and all(_same_pitch(four[0], beep) for beep in four[1:])
    )


def _alone(four: Sequence[_Run], before: _Run | None, after: _Run | None) -> bool:
    """No further beep of that pitch as near as those inside: a longer code or a busy line is no label."""
    widest = 1.5 * max(later.start_ms - earlier.end_ms for earlier, later in pairwise(four)) + 2 * _HOP_MS
    near_before = before and _same_pitch(four[0], before) and four[0].start_ms - before.end_ms <= widest
    near_after = after and _same_pitch(four[3], after) and after.start_ms - four[3].end_ms <= widest
    return not near_before and not near_after


def _same_pitch(one: _Run, other: _Run) -> bool:
    return abs(one.hz - other.hz) < _SAME_PITCH * one.hz


def _rings(samples: Floats, rate: int, beeps: Sequence[_Run]) -> Iterator[_Run]:
    """Bursts with the cadence of a ring-back; a lone burst only where the recording begins with it."""
    singles = [beep for beep in beeps if _SINGLE_RING_HZ[0] <= beep.hz <= _SINGLE_RING_HZ[1]]
    yield from _in_cadence(singles, *_SINGLE_RING)
    yield from _in_cadence(_pairs(samples, rate, _US_RING[0]), *_US_RING[1:])
    yield from _in_cadence(_pairs(samples, rate, _UK_RING[0]), *_UK_RING[1:], alone=False)


def _pairs(samples: Floats, rate: int, hz: tuple[float, float]) -> list[_Run]:
    """Stretches where two given tones hold nearly all the energy."""
    values, energy = _project(samples, rate, _PAIR_WINDOW_MS, hz)
    power = np.abs(values) ** 2
    total = power.sum(axis=1)
    twist = np.abs(_decibels(power[:, 0]) - _decibels(power[:, 1]))
    wanted = (energy > _floor(rate, _PAIR_WINDOW_MS)) & (total > _PAIR_SHARE * energy) & (twist < _PAIR_TWIST_DB)
    return [_edges(total, first, last) for first, last in _stretches(wanted) if last - first >= 5]


def _in_cadence(
    bursts: Sequence[_Run],
    length_ms: tuple[int, int],
    periods_ms: tuple[tuple[int, int], ...],
    *,
    alone: bool = True,
) -> Iterator[_Run]:
    """Bursts of the right length that start one of the periods after, or before, another such burst.

    alone: whether the first burst of a recording needs no second; answering may have cut the ringing short.
    """
    right = [burst for burst in bursts if length_ms[0] <= burst.length_ms <= length_ms[1]]
    starts = [burst.start_ms for burst in right]
    for burst in right:
        steps = [abs(burst.start_ms - start) for start in starts]
        linked = any(low <= step <= high for step in steps for low, high in periods_ms)
        if linked or (alone and burst is bursts[0] and burst.start_ms <= _FIRST_RING_MS):
            yield burst
    first = bursts[0] if bursts else None
    if alone and first and first.start_ms <= 5 * _HOP_MS and _CUT_RING_MS <= first.length_ms < length_ms[0]:
        yield first
