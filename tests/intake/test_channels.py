"""Copies, dead channels and true sides."""

from __future__ import annotations

import numpy as np
import pytest
from sounds import RATE, talk

from pipeline.intake.channels import lay_out
from pipeline.settings import IntakeSettings

SETTINGS = IntakeSettings()
ROBOT, PERSON = talk(20, 1), talk(20, 2)


def laid(left: np.ndarray, right: np.ndarray):
    return lay_out(np.stack([left, right]).astype(np.float32), SETTINGS)


@pytest.mark.parametrize(
    "copy",
    [
        ROBOT,
        0.2 * ROBOT,
        -ROBOT,
        np.roll(ROBOT, 200),
        np.roll(ROBOT, -200),
        0.5 * np.roll(ROBOT, 300) + 0.0005 * np.random.default_rng(0).standard_normal(len(ROBOT)),
    ],
    ids=["same", "quieter", "inverted", "later", "earlier", "later, quieter and noisy"],
)
def test_copies_are_folded_to_the_louder_one(copy: np.ndarray) -> None:
    samples, layout, warnings = laid(ROBOT, copy)
    assert (layout, samples.shape[0], warnings) == ("dual_mono", 1, ())
    assert np.array_equal(samples[0], ROBOT) or np.allclose(np.abs(samples[0]).max(), np.abs(ROBOT).max())


def test_two_sides_are_kept_even_with_cross_talk() -> None:
    samples, layout, _ = laid(ROBOT + 0.1 * PERSON, PERSON + 0.1 * ROBOT)
    assert layout == "dual_channel" and samples.shape[0] == 2


def test_one_short_answer_in_a_call_of_cross_talk_keeps_its_channel() -> None:
    answer = np.zeros_like(ROBOT)
    answer[10 * RATE : 10 * RATE + RATE // 2] = 0.05 * PERSON[10 * RATE : 10 * RATE + RATE // 2] / np.abs(PERSON).max()
    quiet_robot = ROBOT.copy()
    quiet_robot[int(9.5 * RATE) : 11 * RATE] = 0
    _, layout, _ = laid(quiet_robot, 0.8 * quiet_robot + answer)
    assert layout == "dual_channel"


def test_copies_too_far_apart_are_no_copies() -> None:
    assert laid(ROBOT, np.roll(ROBOT, RATE // 10))[1] == "dual_channel"


@pytest.mark.parametrize("level", [0.0, 0.0008])
def test_a_dead_channel_is_left_out_and_said(level: float) -> None:
    dead = level * np.random.default_rng(1).standard_normal(len(ROBOT)).astype(np.float32)
    samples, layout, warnings = laid(dead, ROBOT)
    assert layout == "dual_mono" and np.array_equal(samples[0], ROBOT)
    assert warnings == ("two channels, but the first one is silent; only the other was examined",)
    assert "second" in laid(ROBOT, dead)[2][0]


def test_a_quiet_voice_is_no_dead_channel() -> None:
    assert laid(ROBOT, 0.02 * PERSON)[1] == "dual_channel"


def test_one_channel_is_mono() -> None:
    samples, layout, warnings = lay_out(ROBOT[np.newaxis], SETTINGS)
    assert (layout, warnings) == ("mono", ()) and samples.shape == (1, len(ROBOT))


def test_a_very_short_stereo_file_is_laid_out_too() -> None:
    assert laid(ROBOT[4000:4500], ROBOT[4000:4500])[1] == "dual_mono"
