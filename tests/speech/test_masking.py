"""Noise and dropouts that may hide speech are gaps; the pauses of an ordinary line are not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.records import Span, Tone
from pipeline.speech.masking import find_masked

RATE_HZ = 16_000
SPEECH = (Span(1_000, 4_000), Span(10_000, 14_000))


def line(*, floor: float = 0.003) -> npt.NDArray[np.float32]:
    """15 s: loud where somebody speaks, a humming line between."""
    random = np.random.default_rng(1)
    samples = random.normal(0, floor, 15 * RATE_HZ)
    for span in SPEECH:
        start, end = span.start_ms * RATE_HZ // 1000, span.end_ms * RATE_HZ // 1000
        samples[start:end] += random.normal(0, 0.1, end - start)
    return samples.astype(np.float32)


def over(samples: npt.NDArray[np.float32], level: float) -> npt.NDArray[np.float32]:
    """The stretch 5-9 s replaced by noise of this level, 0 for nothing at all."""
    samples[5 * RATE_HZ : 9 * RATE_HZ] = np.random.default_rng(2).normal(0, level, 4 * RATE_HZ) if level else 0.0
    return samples


def test_the_pauses_of_an_ordinary_line_and_of_a_silent_one_hide_nothing() -> None:
    assert find_masked(line(), RATE_HZ, SPEECH, ()) == ()
    assert find_masked(line(floor=0.0), RATE_HZ, SPEECH, ()) == ()


def test_noise_as_loud_as_speech_is_a_gap() -> None:
    (gap,) = find_masked(over(line(), 0.2), RATE_HZ, SPEECH, ())
    assert gap.reason == "noise" and abs(gap.start_ms - 5_000) <= 100 and abs(gap.end_ms - 9_000) <= 100


def test_a_tone_that_is_known_for_one_is_no_noise() -> None:
    assert find_masked(over(line(), 0.2), RATE_HZ, SPEECH, (Tone("ringback", "", 4_900, 9_100),)) == ()


def test_sound_that_drops_out_between_words_is_a_gap() -> None:
    (gap,) = find_masked(over(line(), 0.0), RATE_HZ, SPEECH, ())
    assert gap.reason == "dropout" and abs(gap.start_ms - 5_000) <= 100 and abs(gap.end_ms - 9_000) <= 100
