"""Noise, lost sound and lost packets that may hide speech are gaps; the pauses of an ordinary line are not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from pipeline.records import Gap, Span, Tone
from pipeline.speech.masking import find_masked

RATE_HZ = 16_000
Sound = npt.NDArray[np.float32]
#: A greeting, a monologue of sentences 0.4 s apart, an answer and a farewell.
CALLEE, CALLER = "callee", "caller"
TALK: tuple[tuple[str, int, int], ...] = (
    (CALLEE, 2_000, 2_800),
    (CALLER, 4_000, 7_000),
    (CALLER, 7_400, 10_400),
    (CALLER, 10_800, 13_800),
    (CALLEE, 15_000, 16_500),
    (CALLER, 18_000, 21_000),
)
LENGTH_MS = 23_000
HUM, SILENT = 0.003, 0.0


def line(hum: float, *, talk: Sequence[tuple[str, int, int]] = TALK, seed: int = 1) -> Sound:
    """Voices that rise and fade with every syllable, over a line that hums or is silent between words."""
    random = np.random.default_rng(seed)
    samples = random.normal(0, hum, LENGTH_MS * 16) if hum else np.zeros(LENGTH_MS * 16)
    for _, start_ms, end_ms in talk:
        moments = np.arange((end_ms - start_ms) * 16)
        syllables = np.abs(np.sin(np.pi * moments / 3_200)) ** 1.5  # five a second
        edges = (
            np.minimum(1, np.minimum(moments, len(moments) - moments) / 1_600) ** 2
        )  # a voice begins and ends softly
        samples[start_ms * 16 : end_ms * 16] += 0.15 * syllables * edges * random.normal(0, 1, len(moments))
    return samples.astype(np.float32)


def gaps(samples: Sound, cut: Span | None = None, *, tones: Sequence[Tone] = (), who: bool = True) -> list[Gap]:
    """What is found where the detectors hear everybody but what lies in the cut."""
    heard: list[tuple[bool, Span]] = []
    for name, start_ms, end_ms in TALK:
        left = [(start_ms, end_ms)]
        if cut:
            left = [(start_ms, min(end_ms, cut.start_ms)), (max(start_ms, cut.end_ms), end_ms)]
        heard += [(name == CALLER, Span(a, b)) for a, b in left if a < b]
    return list(find_masked(samples, RATE_HZ, [s for _, s in heard], tones, voices=heard if who else ()))


def without(samples: Sound, start_ms: int, end_ms: int) -> Sound:
    changed = samples.copy()
    changed[start_ms * 16 : end_ms * 16] = 0.0
    return changed


def found(samples: Sound, start_ms: int, end_ms: int) -> Gap:
    """The one gap found in a sound that was changed from start_ms to end_ms, which it must cover."""
    (gap,) = gaps(samples, Span(start_ms, end_ms))
    assert gap.start_ms <= start_ms + 300 and gap.end_ms >= end_ms - 300, gap
    assert gap.start_ms >= start_ms - 800 and gap.end_ms <= end_ms + 800, gap
    return gap


@pytest.mark.parametrize("hum", [HUM, 0.02, SILENT])
@pytest.mark.parametrize("seed", range(4))
def test_the_pauses_of_an_ordinary_line_and_of_a_silent_one_hide_nothing(hum: float, seed: int) -> None:
    assert gaps(line(hum, seed=seed)) == []


@pytest.mark.parametrize("hum", [HUM, SILENT])
def test_noise_as_loud_as_speech_is_a_gap_though_nobody_is_heard_in_it(hum: float) -> None:
    samples = line(hum)
    samples[5_000 * 16 : 10_000 * 16] += np.random.default_rng(2).normal(0, 0.2, 5_000 * 16).astype(np.float32)
    assert found(samples, 5_000, 10_000).reason == "noise"


@pytest.mark.parametrize("hum", [HUM, SILENT])
def test_noise_that_a_detector_takes_for_speech_is_a_gap_too(hum: float) -> None:
    samples = line(hum)
    samples[5_000 * 16 : 10_000 * 16] += np.random.default_rng(2).normal(0, 0.2, 5_000 * 16).astype(np.float32)
    (gap,) = gaps(samples)
    assert gap.reason == "noise" and gap.start_ms <= 5_300 and gap.end_ms >= 9_700


def test_a_tone_that_is_known_for_one_is_no_noise() -> None:
    samples = line(HUM)
    moments = np.arange(5_000 * 16) / RATE_HZ
    samples[5_000 * 16 : 10_000 * 16] = 0.2 * np.sin(2 * np.pi * 440 * moments)
    cut = Span(5_000, 10_000)
    assert [gap.reason for gap in gaps(samples, cut)] == ["noise"]
    assert gaps(samples, cut, tones=(Tone("ringback", "", 4_900, 10_100),)) == []


@pytest.mark.parametrize("hum", [HUM, SILENT])
@pytest.mark.parametrize(("start_ms", "end_ms"), [(5_000, 10_000), (5_100, 6_300), (4_300, 4_800)])
def test_sound_cut_out_of_running_speech_is_a_gap_on_any_line(hum: float, start_ms: int, end_ms: int) -> None:
    assert found(without(line(hum), start_ms, end_ms), start_ms, end_ms).reason == "dropout"


@pytest.mark.parametrize("hum", [HUM, SILENT])
def test_a_whole_turn_cut_out_is_a_gap_on_any_line(hum: float) -> None:
    assert found(without(line(hum), 3_500, 7_200), 3_500, 7_200).reason == "dropout"


def test_a_sentence_cut_out_between_two_pauses_of_a_silent_line_is_a_pause_out_of_proportion() -> None:
    samples = without(line(SILENT), 7_200, 9_200)
    samples[9_200 * 16 : 9_300 * 16] *= np.linspace(0, 1, 1_600) ** 2  # as softly as a voice begins
    cut = Span(7_000, 9_200)
    (gap,) = gaps(samples, cut)
    assert gap.reason == "dropout" and gap.start_ms <= 7_200 and gap.end_ms >= 9_100
    assert gaps(samples, cut, who=False) == []  # between two speakers as long a pause is nothing special


def test_what_comes_before_the_call_is_connected_is_not_lost() -> None:
    assert gaps(without(line(SILENT), 0, 2_000)) == []
    assert gaps(without(line(HUM), 0, 1_000)) == []


def test_a_line_that_falls_silent_before_the_first_word_lost_it() -> None:
    talk = tuple(turn for turn in TALK if turn[1] > 2_000)
    samples = without(line(HUM, talk=talk), 1_000, 3_500)
    heard = [Span(start, end) for _, start, end in talk]
    (gap,) = find_masked(samples, RATE_HZ, heard, ())
    assert (gap.start_ms, gap.end_ms, gap.reason) == (1_000, 3_500, "dropout")


def test_a_call_hung_up_in_mid_word_loses_what_followed_and_one_that_ends_loses_nothing() -> None:
    assert gaps(without(line(HUM), 21_500, LENGTH_MS)) == []
    assert gaps(without(line(SILENT), 21_000, LENGTH_MS)) == []
    assert [gap.reason for gap in gaps(without(line(SILENT), 19_100, LENGTH_MS), Span(19_100, LENGTH_MS))] == [
        "dropout"
    ]


@pytest.mark.parametrize("hum", [HUM, SILENT])
@pytest.mark.parametrize("frame_ms", [20, 40, 60])
@pytest.mark.parametrize("share", [0.3, 0.6])
@pytest.mark.parametrize("repeated", [False, True], ids=["emptied", "repeated"])
def test_lost_packets_are_a_gap_on_any_line(hum: float, frame_ms: int, share: float, repeated: bool) -> None:
    samples, random, size = line(hum), np.random.default_rng(3), frame_ms * 16
    for start in range(5_000 * 16, 10_000 * 16, size):
        if random.random() < share:
            samples[start : start + size] = samples[start - size : start] if repeated else 0.0
    lost = gaps(samples)
    assert lost and {gap.reason for gap in lost} == {"dropout"}
    assert sum(gap.end_ms - gap.start_ms for gap in lost) >= 2_500
    assert all(gap.start_ms >= 4_500 and gap.end_ms <= 10_500 for gap in lost)


def test_a_channel_on_which_nobody_speaks_or_that_never_pauses_cannot_be_judged() -> None:
    assert find_masked(line(HUM), RATE_HZ, (), ()) == ()
    assert find_masked(line(HUM), RATE_HZ, (Span(0, LENGTH_MS),), ()) == ()


def test_on_one_of_two_channels_what_was_cut_off_ends_where_the_other_side_speaks() -> None:
    """The callee's channel: its first answer breaks off, and is silent for all the caller then says."""
    callee = line(SILENT, talk=[turn for turn in TALK if turn[0] == CALLEE])
    anybody = [Span(start, end) for _, start, end in TALK]
    caller = [Span(start, end) for name, start, end in TALK if name == CALLER]
    assert find_masked(callee, RATE_HZ, anybody, (), other_channels=caller) == ()
    broken = find_masked(without(callee, 2_500, 4_000), RATE_HZ, anybody, (), other_channels=caller)
    assert broken == (Gap(2_500, 4_000, "dropout"),)
