"""Recording -> Transcript: who said what, when, and how much of it was really heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .fake import FakeSpeech

if TYPE_CHECKING:
    from pipeline.records import Audio, Layout, ModelUsed, Transcript
    from pipeline.settings import Settings

__all__ = ["FakeSpeech", "Speech", "load_speech"]


class Speech(Protocol):
    """What turns sound into a transcript. One object a worker."""

    models: tuple[ModelUsed, ...]

    def transcribe(self, audio: Audio, *, layout: Layout) -> Transcript: ...


def load_speech(settings: Settings, *, threads: int = 0) -> Speech:
    """The real models, from this machine's disk; never a connection.

    threads: CPU threads for each of them, 0 for all cores. Raises ModelMissing or ModelDamaged.
    """
    from .load import load_local

    return load_local(settings, threads=threads)
