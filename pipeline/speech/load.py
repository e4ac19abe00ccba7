"""Find the weights and make the speech models."""

from __future__ import annotations

import os

from pipeline import weights
from pipeline.settings import Settings

from .diarize import Diarizer
from .recognise import Recogniser
from .transcribe import LocalSpeech

_SEGMENTATION, _EMBEDDING = "segmentation-3.0", "campplus-zh-en"


def load_local(settings: Settings, *, threads: int) -> LocalSpeech:
    import torch

    speech = settings.speech
    count = threads or os.cpu_count() or 1
    torch.set_num_threads(count)
    recogniser = Recogniser(
        weights.find(speech.model),
        device=speech.device,
        compute_type=speech.compute_type,
        threads=count,
        beam_size=speech.beam_size,
        windows_s=speech.windows_s,
    )
    diarizer = Diarizer(
        weights.find(_SEGMENTATION),
        weights.find(_EMBEDDING),
        step=speech.diarization_step,
        device="cuda" if speech.device == "cuda" else "cpu",
    )
    used = tuple(weights.model_used(name) for name in (speech.model, _SEGMENTATION, _EMBEDDING))
    return LocalSpeech(recogniser, diarizer, settings=settings, models=used)
