"""Speech without models: transcripts that were decided beforehand, for tests and for trying the rest of the chain."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.records import Audio, Layout, ModelUsed, Transcript

__all__ = ["FakeSpeech"]


class FakeSpeech:
    """Answers with a fixed transcript, or with the one whose key is nearest to the sound's length in ms."""

    def __init__(
        self,
        transcript: Transcript | Mapping[int, Transcript],
        *,
        models: tuple[ModelUsed, ...] = (ModelUsed("recogniser", "fake", "1", ""),),
    ) -> None:
        self._transcripts = {0: transcript} if isinstance(transcript, Transcript) else dict(transcript)
        self.models = models

    def transcribe(self, audio: Audio, *, layout: Layout) -> Transcript:
        nearest = min(self._transcripts, key=lambda length_ms: (abs(length_ms - audio.duration_ms), length_ms))
        return self._transcripts[nearest]
