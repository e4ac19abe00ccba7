"""Turns by hand, for what decides who is who."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pipeline.records import Turn, Word
from pipeline.settings import RoleSettings
from pipeline.speech.roles import assign_roles

Voice = npt.NDArray[np.float32]


def said(*lines: tuple[str | None, int, str], gap_ms: int = 300) -> tuple[Turn, ...]:
    """Lines of (speaker, length in ms, text), one after the other."""
    turns: list[Turn] = []
    at = 500
    for number, (speaker, length_ms, text) in enumerate(lines, 1):
        turns.append(Turn(f"p{number}", "unknown", 0.0, speaker, at, at + length_ms, text, 0.9))
        at += length_ms + gap_ms
    return tuple(turns)


def roles(
    turns: Sequence[Turn], language: str | None, *, voices: Mapping[str, Voice] | None = None, by_channel: bool = False
) -> list[str]:
    given, _ = assign_roles(turns, language, settings=RoleSettings(), voices=voices, by_channel=by_channel)
    return [turn.role for turn in given]


def voice(number: int, *, noise: float = 0.0, seed: int = 0) -> Voice:
    """A unit vector for a voice, the same for the same number but for the noise."""
    vector = np.random.default_rng(number).standard_normal(64)
    vector += noise * np.random.default_rng(1_000 + seed).standard_normal(64)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def words(text: str, start_ms: int, end_ms: int, *, confidence: float = 0.9) -> tuple[Word, ...]:
    """The text's words (characters where it has no spaces) sharing the time evenly."""
    parts = [" " + part for part in text.split()] if " " in text else list(text)
    step = (end_ms - start_ms) / len(parts)
    return tuple(
        Word(part, round(start_ms + i * step), round(start_ms + (i + 1) * step), confidence)
        for i, part in enumerate(parts)
    )
