"""A script and a voice for it -> the call's sound on one clock, and when each turn begins and ends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from . import signals
from .script import Line, Script, Setup
from .signals import RATE_HZ, Sound

__all__ = ["Placed", "Signal", "Synthesiser", "mix", "sentences"]

SPEECH_LEVEL = 0.08  # RMS of a turn's active frames, full scale 1: about -22 dBFS, usual for recorder apps
LEAD_IN_S = 0.3  # before the first ring or word of a recording that starts complete
TAIL_S = 0.6  # after the last word; a call cut off by hanging up ends sooner
HANG_UP_TAIL_S = 0.2
SENTENCE_PAUSE_S = 0.28
FAR, NEAR = 0, 1  # channels of a stereo call: the caller's side left, the callee's right


class Synthesiser(Protocol):
    """Anything that speaks. The same words by the same voice give the same array."""

    @property
    def rate_hz(self) -> int:
        """A multiple of 8000."""

    def say(self, text: str, *, voice: str, language: str, speed: float) -> Sound:
        """One sentence, mono, -1 to 1. Raises SampleError for a voice it does not have."""


@dataclass(frozen=True)
class Signal:
    """A tone or music in the call: ringback, dtmf, ai_rhythm, beep, hold, busy. symbol: the keys, for dtmf."""

    kind: str
    start_ms: int
    end_ms: int
    symbol: str = ""


@dataclass(frozen=True)
class Placed:
    """The call as recorded. samples: (channels, n) at 8 kHz; spans: [start_ms, end_ms) of each turn, in order."""

    samples: Sound
    spans: tuple[tuple[int, int], ...]
    signals: tuple[Signal, ...]

    @property
    def duration_ms(self) -> int:
        return _ms(int(self.samples.shape[1]))


@dataclass(frozen=True)
class _Piece:
    start: int  # samples
    sound: Sound
    channel: int
    kind: str  # turn | a Signal's kind
    symbol: str = ""

    @property
    def end(self) -> int:
        return self.start + self.sound.size


def mix(script: Script, synthesiser: Synthesiser, *, seed: int) -> Placed:
    """Speak every turn, lay all on one clock, fold to the layout, add the noise. The seed steers the noise alone."""
    pieces = _place(script, synthesiser)
    setup = script.setup
    last = max(piece.end for piece in pieces)
    size = last + round(RATE_HZ * (HANG_UP_TAIL_S if setup.callee_hangs_up or setup.busy_tone_s else TAIL_S))
    tracks = np.zeros((2, size), np.float32)
    for piece in pieces:
        tracks[piece.channel, piece.start : piece.end] += piece.sound
    spoken = _active(tracks, pieces)
    channels = tracks.sum(axis=0, keepdims=True) if setup.layout == "mono" else _leak(tracks, setup.crosstalk_db)
    noisy = _with_noise(channels, spoken, setup, seed)
    peak = float(np.abs(noisy).max())
    samples = noisy * (0.95 / peak) if peak > 0.95 else noisy
    signals_heard = tuple(
        Signal(piece.kind, _ms(piece.start), _ms(piece.end), piece.symbol) for piece in pieces if piece.kind != "turn"
    )
    spans = tuple((_ms(piece.start), _ms(piece.end)) for piece in pieces if piece.kind in ("turn", "dtmf"))
    return Placed(samples.astype(np.float32), spans, signals_heard)


def sentences(text: str, language: str) -> tuple[str, ...]:
    """The text cut after each sentence, so that a repeated sentence is spoken once and heard the same twice."""
    pattern = r"(?<=[。！？；])" if language.startswith("zh") else r"(?<=[.!?])\s+"
    return tuple(part.strip() for part in re.split(pattern, text) if re.search(r"\w", part))


def _place(script: Script, synthesiser: Synthesiser) -> list[_Piece]:
    setup = script.setup
    pieces: list[_Piece] = []
    cursor = round(RATE_HZ * (0.0 if setup.starts == "late" else LEAD_IN_S))
    if setup.ringback_s:
        ring = signals.ringback(setup.ringback_s, region=setup.region)
        pieces.append(_Piece(cursor, ring, FAR, "ringback"))
        cursor = pieces[-1].end
    for i, line in enumerate(script.turns):
        sound = _sound(line, script, synthesiser)
        if i == 0:
            sound = sound[round(setup.late_cut_s * RATE_HZ) :]
        cursor = max(0, cursor + round(line.gap * RATE_HZ))
        if line.rhythm:
            pieces.append(_Piece(cursor, signals.ai_rhythm(), FAR, "ai_rhythm"))
            cursor = pieces[-1].end + round(0.25 * RATE_HZ)
        channel = NEAR if line.role == "callee" else FAR
        pieces.append(_Piece(cursor, sound, channel, "dtmf" if line.keys else "turn", line.keys))
        cursor = pieces[-1].end
        if line.beep:
            pieces.append(_Piece(cursor + round(0.4 * RATE_HZ), signals.beep(), FAR, "beep"))
            cursor = pieces[-1].end
        if line.hold_s:
            pieces.append(_Piece(cursor + round(0.4 * RATE_HZ), signals.hold_music(line.hold_s), FAR, "hold"))
            cursor = pieces[-1].end
    if setup.busy_tone_s:
        tone = signals.busy_tone(setup.busy_tone_s, region=setup.region)
        pieces.append(_Piece(cursor + round(0.3 * RATE_HZ), tone, FAR, "busy"))
    return pieces


def _sound(line: Line, script: Script, synthesiser: Synthesiser) -> Sound:
    """A turn at 8 kHz, in the telephone's band, at its side's level, with no silence at its ends."""
    near_gain = 10 ** (script.setup.near_db / 20) if line.role == "callee" else 1.0
    if line.keys:
        return signals.dtmf(line.keys)
    parts: list[Sound] = []
    for sentence in sentences(line.text, script.language):
        spoken = synthesiser.say(
            sentence, voice=line.voice or script.voices[line.role], language=script.language, speed=line.speed
        )
        parts += [
            signals.telephone_band(signals.trim(spoken, synthesiser.rate_hz), synthesiser.rate_hz),
            signals.silence(SENTENCE_PAUSE_S),
        ]
    turn = np.concatenate(parts[:-1])
    level = signals.active_rms(turn)
    return turn * np.float32(near_gain * SPEECH_LEVEL / level) if level else turn


def _active(tracks: Sound, pieces: list[_Piece]) -> float:
    """Level of the speech alone, both sides together: what the noise is measured against."""
    talking = np.zeros(tracks.shape[1], bool)
    for piece in pieces:
        if piece.kind == "turn":
            talking[piece.start : piece.end] = True
    return signals.active_rms(tracks.sum(axis=0)[talking])


def _leak(tracks: Sound, crosstalk_db: float | None) -> Sound:
    if crosstalk_db is None:
        return tracks
    return tracks + tracks[::-1] * np.float32(10 ** (-abs(crosstalk_db) / 20))


def _with_noise(channels: Sound, speech_rms: float, setup: Setup, seed: int) -> Sound:
    if setup.snr_db is None:
        return channels
    rng = np.random.default_rng(seed)
    draw = signals.babble if setup.noise == "babble" else signals.pink
    noise = np.stack([draw(channels.shape[1], rng) for _ in channels])
    return channels + noise * np.float32(speech_rms / 10 ** (setup.snr_db / 20))


def _ms(samples: int) -> int:
    return round(1000 * samples / RATE_HZ)
