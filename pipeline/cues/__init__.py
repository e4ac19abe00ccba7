"""Transcript -> cues. `find_cues` is all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.records import Cue, Transcript
    from pipeline.settings import CueSettings

__all__ = ["find_cues"]


def find_cues(transcript: Transcript, *, settings: CueSettings) -> tuple[Cue, ...]:
    """All cues of a call in time order. See `pipeline.cues.engine.find_cues`; spaCy is imported on the first call."""
    from pipeline.cues.engine import find_cues as find

    return find(transcript, settings=settings)
