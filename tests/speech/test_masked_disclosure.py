"""A disclosure under noise, silence or lost packets is not one that was never made; with the real models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from pipeline.cues import read_call
from pipeline.intake import take_in
from pipeline.obligations import judge
from pipeline.records import Audio, Verdict
from pipeline.settings import Settings
from pipeline.speech import Speech, load_speech

pytestmark = pytest.mark.models

SAMPLE = Path(__file__).parents[2] / "samples" / "通话录音@4005550101(4005550101)_20251112101512.wav"
START_MS, END_MS = 4_700, 9_700  # five seconds over "…我是智能语音助手小招…" (the sample's gold); no noise on this line
HEARD_MS = 30_000  # enough of the call for a verdict
Sound = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def speech() -> Speech:
    return load_speech(Settings())


@pytest.fixture(scope="module")
def call() -> Audio:
    recording, audio = take_in(SAMPLE, name=SAMPLE.name, settings=Settings().intake)
    assert recording.layout == "dual_channel"
    return Audio(audio.samples[:, : HEARD_MS * 16], audio.sample_rate_hz)


def silence(sound: Sound) -> Sound:
    return np.zeros_like(sound)


def noise(sound: Sound) -> Sound:
    level = 4 * float(np.sqrt(np.mean(sound**2)))
    return (sound + np.random.default_rng(0).normal(0, level, sound.shape)).astype(np.float32)


def packet_loss(sound: Sound) -> Sound:
    """Six of ten frames of 60 ms are gone; of fewer the words come through, and are heard."""
    lost, size = sound.copy(), 60 * 16
    random = np.random.default_rng(0)
    for start in range(0, sound.shape[1], size):
        if random.random() < 0.6:
            lost[:, start : start + size] = 0.0
    return lost


def bot_disclosure(speech: Speech, audio: Audio) -> Verdict:
    settings = Settings()
    transcript = speech.transcribe(audio, layout="dual_channel")
    reading = read_call(transcript, settings=settings.cues)
    verdicts = judge(
        transcript, reading.cues, settings=settings.judge, duration_ms=audio.duration_ms, traces=reading.traces
    )
    return next(verdict for verdict in verdicts if verdict.obligation == "bot_disclosure")


@pytest.mark.parametrize("laid_over", [silence, noise, packet_loss], ids=lambda laid: laid.__name__)
def test_five_seconds_laid_over_a_disclosure_leave_a_verdict_that_cannot_be_told(speech, call, laid_over) -> None:  # type: ignore[no-untyped-def]
    samples = call.samples.copy()
    samples[:, START_MS * 16 : END_MS * 16] = laid_over(samples[:, START_MS * 16 : END_MS * 16])
    verdict = bot_disclosure(speech, Audio(samples, call.sample_rate_hz))
    assert verdict.verdict == "cannot_tell"
    failed = [condition for condition in verdict.preconditions if not condition.held]
    assert "coverage" in [condition.name for condition in failed], failed
