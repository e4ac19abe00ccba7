"""Transcript -> cues."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.cues.engine import Reading
    from pipeline.records import Cue, ModelUsed, Transcript
    from pipeline.settings import CueSettings

__all__ = ["find_cues", "models_used", "read_call"]


def read_call(transcript: Transcript, *, settings: CueSettings) -> Reading:
    """Cues and traces of a call. See `pipeline.cues.engine.read_call`; spaCy is imported on the first call."""
    from pipeline.cues.engine import read_call as read

    return read(transcript, settings=settings)


def find_cues(transcript: Transcript, *, settings: CueSettings) -> tuple[Cue, ...]:
    """All cues of a call in time order."""
    return read_call(transcript, settings=settings).cues


def models_used(settings: CueSettings) -> tuple[ModelUsed, ...]:
    """The weights that `read_call` reads with. Raises ModelMissing, ModelDamaged."""
    from pipeline.cues.classifier import MODEL
    from pipeline.weights import model_used

    return (model_used(MODEL),) if settings.classifier else ()
