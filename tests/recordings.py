"""Tiny recordings, and speech decided beforehand, for tests that run the chain without models."""

from __future__ import annotations

import os
import signal
import time
import wave
from pathlib import Path

import numpy as np

from pipeline.records import Audio, Coverage, Layout, Transcript, Turn, Word
from pipeline.settings import Settings
from pipeline.speech.fake import FakeSpeech

#: Lengths (ms) that the makers below know.
KILLS_MS, FAULTY_MS, SLOW_MS = 1_700, 1_900, 2_300


def write_wav(path: Path, duration_ms: int = 1_000, *, hz: float = 440.0) -> Path:
    """A mono 8 kHz hum. Different lengths or pitches give different bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    moments = np.arange(8 * duration_ms) / 8_000
    samples = (8_000 * np.sin(2 * np.pi * hz * moments)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(samples.tobytes())
    return path


def conversation(*lines: tuple[str, str], language: str = "en", second_ms: int = 4_000) -> Transcript:
    """Lines of (role, text), one after the other, each `second_ms` long, every word confident."""
    turns = tuple(_turn(i, role, text, i * second_ms, second_ms - 300) for i, (role, text) in enumerate(lines))
    speech_ms = sum(turn.end_ms - turn.start_ms for turn in turns if turn.end_ms and turn.start_ms is not None)
    return Transcript(language, 1.0, turns, Coverage(speech_ms, speech_ms, 1.0))


def _turn(number: int, role: str, text: str, begin: int, length: int) -> Turn:
    begin += 1_000
    parts = text.split(" ")
    step = length / len(parts)
    words = tuple(
        Word(("" if i == 0 else " ") + part, round(begin + i * step), round(begin + (i + 1) * step), 0.95)
        for i, part in enumerate(parts)
    )
    return Turn(f"t{number + 1}", role, 0.95, role, begin, begin + length, text, 0.95, words)  # type: ignore[arg-type]


NOTICE = conversation(
    ("caller", "This is an automated message from the city library."),
    ("caller", "The book you reserved is ready. Goodbye."),
)
PUSHY = conversation(
    ("caller", "This is an automated message from Acme Insurance."),
    ("caller", "We can lower the rate on your car insurance today with our special offer."),
    ("callee", "Stop calling me. Take me off your list."),
    ("caller", "We can save you fifty percent on your car insurance with this special offer."),
    ("caller", "Press one now to hear about our special discount on car insurance."),
    ("callee", "I said stop calling me."),
    ("caller", "Our special offer on car insurance ends today. Press one for your discount."),
)


def quiet(settings: Settings) -> FakeSpeech:
    """Every recording is the library's notice."""
    return FakeSpeech(NOTICE)


def pushy(settings: Settings) -> FakeSpeech:
    """Every recording is a seller who goes on after being told to stop."""
    return FakeSpeech(PUSHY)


class Unsteady(FakeSpeech):
    """Dies over one length of recording, errs over another, takes its time over a third."""

    def transcribe(self, audio: Audio, *, layout: Layout) -> Transcript:
        if audio.duration_ms == KILLS_MS:
            os.kill(os.getpid(), signal.SIGKILL)
        if audio.duration_ms == FAULTY_MS:
            raise ZeroDivisionError("a fault of ours")
        if audio.duration_ms == SLOW_MS:
            time.sleep(60)
        return super().transcribe(audio, layout=layout)


def unsteady(settings: Settings) -> Unsteady:
    return Unsteady(NOTICE)
