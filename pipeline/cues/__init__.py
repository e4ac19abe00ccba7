"""Transcript -> cues."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.cues.engine import Reading
    from pipeline.records import Cue, Transcript
    from pipeline.settings import CueSettings

__all__ = ["find_cues", "read_call"]


def read_call(transcript: Transcript, *, settings: CueSettings) -> Reading:
    """Cues and traces of a call. See `pipeline.cues.engine.read_call`; spaCy is imported on the first call."""
    from pipeline.cues.engine import read_call as read

    return read(transcript, settings=settings)


def find_cues(transcript: Transcript, *, settings: CueSettings) -> tuple[Cue, ...]:
    """All cues of a call in time order."""
    return read_call(transcript, settings=settings).cues
