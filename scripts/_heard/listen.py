"""Recordings -> text, by the program's own intake, detectors and recogniser; only nobody tells speakers apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline import weights
from pipeline.intake import take_in
from pipeline.settings import Settings
from pipeline.speech.chunks import Chunk, chunks_by_channel
from pipeline.speech.diarize import Diarizer
from pipeline.speech.recognise import Recogniser
from pipeline.speech.voice import find_voice, merge

__all__ = ["Listener"]


class Listener:
    """The models, loaded once, with the program's default settings."""

    def __init__(self, *, threads: int) -> None:
        import torch

        torch.set_num_threads(threads)
        self._settings = Settings()
        speech = self._settings.speech
        self._recogniser = Recogniser(
            weights.find(speech.model),
            device=speech.device,
            compute_type=speech.compute_type,
            threads=threads,
            beam_size=speech.beam_size,
            windows_s=speech.windows_s,
        )
        self._detector = Diarizer(
            weights.find("segmentation-3.0"), weights.find("campplus-zh-en"), step=speech.diarization_step
        )

    def listen(self, clips: Sequence[Path], *, language: str) -> tuple[str, ...]:
        """What is heard in each clip, "" for nothing. The clips are recognised in batches, as the turns of a call."""
        sounds: list[npt.NDArray[np.float32]] = []
        chunks: list[Chunk] = []
        owners: list[int] = []
        start_ms = 0
        for number, clip in enumerate(clips):
            sound = self._sound(clip)
            sounds.append(sound)
            found = [
                Chunk(chunk.start_ms + start_ms, chunk.end_ms + start_ms, chunk.speaker)
                for chunk in self._chunks(sound)
            ]
            chunks += found
            owners += [number] * len(found)
            start_ms += len(sound) // 16
        parts: list[list[str]] = [[] for _ in clips]
        heard = self._recogniser.hear(
            np.concatenate(sounds)[None], chunks, language=language, batch_size=self._settings.speech.batch_size
        )
        for owner, text in zip(owners, heard, strict=True):
            if text.text:
                parts[owner].append(text.text)
        return tuple(" ".join(part) for part in parts)

    def _sound(self, clip: Path) -> npt.NDArray[np.float32]:
        """Mono at 16 kHz, cut to whole milliseconds."""
        _, audio = take_in(clip, name=clip.name, settings=self._settings.intake)
        samples: npt.NDArray[np.float32] = audio.samples[0]
        whole = len(samples) // 16 * 16
        return np.ascontiguousarray(samples[:whole])

    def _chunks(self, sound: npt.NDArray[np.float32]) -> tuple[Chunk, ...]:
        """Speech by either of the two detectors, as on one channel of a two-channel recording."""
        speech = self._detector.find_speech(sound, 16_000)
        return chunks_by_channel(merge((*find_voice(sound), *speech)), 0)
