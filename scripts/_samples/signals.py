"""Tones, noise and the telephone's band, as float arrays at 8 kHz."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "RATE_HZ",
    "active_rms",
    "ai_rhythm",
    "babble",
    "beep",
    "busy_tone",
    "dtmf",
    "hold_music",
    "pink",
    "ringback",
    "telephone_band",
    "trim",
]

Sound = npt.NDArray[np.float32]

RATE_HZ = 8000
BAND_HZ = (300.0, 3400.0)  # ITU-T G.712
TONE_LEVEL = 0.08  # peak of a single sine, full scale 1
KEY_MS, KEY_PAUSE_MS = 120, 90  # a thumb's key press; ITU-T Q.24 asks for 40 ms at least
RHYTHM_UNIT_MS = 120  # short 1, long 3, pauses 1: short-long-short-short, GB 45438-2025 5.3

#: Ring-back by country: frequencies (Hz), then on and off times (s) in turn.
RINGBACK = {
    "CN": ((450.0,), (1.0, 4.0)),
    "TW": ((440.0, 480.0), (1.0, 2.0)),
    "US": ((440.0, 480.0), (2.0, 4.0)),
    "GB": ((400.0, 450.0), (0.4, 0.2, 0.4, 2.0)),
    "IN": ((400.0,), (0.4, 0.2, 0.4, 2.0)),
}
#: Busy tone by country: frequencies (Hz), on and off times (s).
BUSY = {
    "CN": ((450.0,), (0.35, 0.35)),
    "TW": ((480.0, 620.0), (0.5, 0.5)),
    "US": ((480.0, 620.0), (0.5, 0.5)),
    "GB": ((400.0,), (0.375, 0.375)),
    "IN": ((400.0,), (0.75, 0.75)),
}
KEY_ROWS_HZ = (697.0, 770.0, 852.0, 941.0)
KEY_COLUMNS_HZ = (1209.0, 1336.0, 1477.0)
KEYPAD = ("123", "456", "789", "*0#")


def sine(frequencies_hz: tuple[float, ...], seconds: float) -> Sound:
    """Equal sines added, each TONE_LEVEL high, with 3 ms ramps so that nothing clicks."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    tone = np.sum([TONE_LEVEL * np.sin(2 * np.pi * f * t) for f in frequencies_hz], axis=0)
    ramp = np.minimum(1.0, np.minimum(t, t[::-1]) / 0.003)
    return np.asarray(tone * ramp, np.float32)


def silence(seconds: float) -> Sound:
    return np.zeros(round(seconds * RATE_HZ), np.float32)


def cadence(frequencies_hz: tuple[float, ...], times_s: tuple[float, ...], seconds: float) -> Sound:
    """A tone that is on and off in turn for times_s, over and over, cut after `seconds`."""
    parts: list[Sound] = []
    length, step = 0, 0
    while length < round(seconds * RATE_HZ):
        duration = times_s[step % len(times_s)]
        parts.append(sine(frequencies_hz, duration) if step % 2 == 0 else silence(duration))
        length, step = length + parts[-1].size, step + 1
    return np.concatenate([*parts, silence(0)])[: round(seconds * RATE_HZ)]


def ringback(seconds: float, *, region: str) -> Sound:
    return cadence(*RINGBACK.get(region, RINGBACK["US"]), seconds)


def busy_tone(seconds: float, *, region: str) -> Sound:
    return cadence(*BUSY.get(region, BUSY["US"]), seconds)


def dtmf(keys: str) -> Sound:
    """The keys one after the other (ITU-T Q.23), KEY_MS each, KEY_PAUSE_MS between."""
    parts: list[Sound] = []
    for key in keys:
        row = next(i for i, keys_in_row in enumerate(KEYPAD) if key in keys_in_row)
        column = KEYPAD[row].index(key)
        parts += [sine((KEY_ROWS_HZ[row], KEY_COLUMNS_HZ[column]), KEY_MS / 1000), silence(KEY_PAUSE_MS / 1000)]
    return np.concatenate(parts[:-1])


def beep() -> Sound:
    """An answering machine's."""
    return sine((1000.0,), 0.45)


def ai_rhythm() -> Sound:
    """Short, long, short, short: the rhythm form of the AI label."""
    unit = RHYTHM_UNIT_MS / 1000
    parts: list[Sound] = []
    for units in (1, 3, 1, 1):
        parts += [sine((880.0,), units * unit), silence(unit)]
    return np.concatenate(parts[:-1])


def hold_music(seconds: float) -> Sound:
    """Plucked broken chords, a note every 0.3 s: nobody's tune."""
    chords = ((523.3, 659.3, 784.0), (440.0, 523.3, 659.3), (349.2, 440.0, 523.3), (392.0, 493.9, 587.3))
    music = silence(seconds)
    for i, start in enumerate(range(0, music.size, round(0.3 * RATE_HZ))):
        note = 1.2 * sine((chords[i // 6 % 4][i % 3],), 0.6)
        note *= np.exp(-np.arange(note.size) / (0.18 * RATE_HZ))
        stop = min(music.size, start + note.size)
        music[start:stop] += note[: stop - start].astype(np.float32)
    return music


def telephone_band(sound: Sound, rate_hz: int) -> Sound:
    """The sound at 8 kHz with only BAND_HZ left. rate_hz: a multiple of 8000."""
    factor, rest = divmod(rate_hz, RATE_HZ)
    if rest or factor < 1:
        raise ValueError(f"{rate_hz} Hz is no multiple of {RATE_HZ} Hz")
    padded = np.pad(sound, (0, -sound.size % (2 * factor)))
    spectrum = np.fft.rfft(padded)
    kept = spectrum[: padded.size // factor // 2 + 1]
    frequencies = np.fft.rfftfreq(padded.size, 1 / rate_hz)[: kept.size]
    narrow = np.fft.irfft(kept * _band_mask(frequencies), padded.size // factor) / factor
    return narrow.astype(np.float32)


def _band_mask(frequencies_hz: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """1 inside BAND_HZ, 0 outside, with edges 60 Hz wide."""
    low, high = BAND_HZ
    return np.asarray(np.clip(0.5 + np.minimum(frequencies_hz - low, high - frequencies_hz) / 60.0, 0.0, 1.0))


def trim(sound: Sound, rate_hz: int) -> Sound:
    """Without the silence at both ends: what lies 40 dB under the loudest 10 ms, but for 10 ms of edge."""
    frame = rate_hz // 100
    if sound.size < frame:
        return sound
    frames = sound[: sound.size // frame * frame].reshape(-1, frame)
    level = np.sqrt(np.mean(frames.astype(np.float64) ** 2, axis=1))
    loud = np.flatnonzero(level > 0.01 * level.max())
    if loud.size == 0:
        return sound
    return sound[max(0, int(loud[0]) - 1) * frame : (int(loud[-1]) + 2) * frame]


def active_rms(sound: Sound) -> float:
    """Level of the frames (20 ms) that are within 30 dB of the loudest; 0 for silence."""
    frame = RATE_HZ // 50
    frames = np.pad(sound, (0, -sound.size % frame)).reshape(-1, frame).astype(np.float64)
    power = np.mean(frames**2, axis=1)
    if power.size == 0 or power.max() == 0.0:
        return 0.0
    return float(np.sqrt(np.mean(power[power > 1e-3 * power.max()])))


def pink(size: int, rng: np.random.Generator) -> Sound:
    """Noise of level 1 (RMS) falling by 3 dB an octave, inside the telephone band."""
    spectrum = np.fft.rfft(rng.standard_normal(size))
    frequencies = np.fft.rfftfreq(size, 1 / RATE_HZ)
    return _level_one(spectrum * _band_mask(frequencies) / np.sqrt(np.maximum(frequencies, 1.0)), size)


def babble(size: int, rng: np.random.Generator, *, voices: int = 7) -> Sound:
    """Noise of level 1 (RMS) like several people talking: voices of speech's slope, each with its own syllables."""
    frequencies = np.fft.rfftfreq(size, 1 / RATE_HZ)
    t = np.arange(size) / RATE_HZ
    total = np.zeros(size)
    for _ in range(voices):
        colour = _band_mask(frequencies) / np.maximum(frequencies, 500.0)
        voice = np.fft.irfft(np.fft.rfft(rng.standard_normal(size)) * colour, size)
        syllables = np.sin(2 * np.pi * rng.uniform(2.5, 5.0) * t + rng.uniform(0, 2 * np.pi))
        phrases = np.sin(2 * np.pi * rng.uniform(0.15, 0.4) * t + rng.uniform(0, 2 * np.pi))
        total += voice * np.clip(0.5 + 0.5 * syllables, 0.05, 1.0) * np.clip(0.6 + phrases, 0.1, 1.0)
    return _level_one(np.fft.rfft(total), size)


def _level_one(spectrum: npt.NDArray[np.complex128], size: int) -> Sound:
    noise = np.fft.irfft(spectrum, size)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)), np.float32)
