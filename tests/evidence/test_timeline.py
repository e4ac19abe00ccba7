"""The drawing of a call: in scale, inside its frame, nothing left out."""

from __future__ import annotations

import dataclasses

import pytest

from pipeline.evidence.timeline import MOST_TICKS, draw
from pipeline.records import CallReport, Gap, Recording


def lasting(report: CallReport, duration_ms: int) -> CallReport:
    recording: Recording = dataclasses.replace(report.recording, duration_ms=duration_ms)
    return dataclasses.replace(report, recording=recording)


def test_bands_lie_in_the_lane_of_their_role_at_their_share_of_the_length(chinese: CallReport) -> None:
    timeline = draw(lasting(chinese, 100_000))
    assert timeline is not None
    assert [lane.role for lane in timeline.lanes] == ["caller", "callee", "carrier", "unknown"]
    band = timeline.lanes[1].bands[0]
    assert (band.x, band.width) == ("9.900%", "1.900%")


def test_every_cue_gap_and_tone_is_drawn(chinese: CallReport) -> None:
    timeline = draw(chinese)
    assert timeline is not None
    assert len(timeline.marks) == len(chinese.cues)
    assert len(timeline.gaps) == len(chinese.transcript.coverage.gaps)
    assert len(timeline.tones) == len(chinese.transcript.tones)


def test_spans_examined_for_several_obligations_are_drawn_once(chinese: CallReport) -> None:
    timeline = draw(chinese)
    assert timeline is not None
    assert [(b.start_ms, b.end_ms) for b in timeline.examined] == [(800, 71_900)]


def test_what_lies_past_the_end_stays_inside_the_frame(chinese: CallReport) -> None:
    gaps = (Gap(71_000, 99_000, "no_text"),)
    coverage = dataclasses.replace(chinese.transcript.coverage, gaps=gaps)
    report = dataclasses.replace(chinese, transcript=dataclasses.replace(chinese.transcript, coverage=coverage))
    timeline = draw(report)
    assert timeline is not None
    gap = timeline.gaps[0]
    assert float(gap.x[:-1]) + float(gap.width[:-1]) <= 100


@pytest.mark.parametrize("minutes", [0.2, 1, 7, 30, 60, 240])
def test_the_clock_along_the_top_is_never_crowded(chinese: CallReport, minutes: float) -> None:
    timeline = draw(lasting(chinese, round(max(minutes, 1.21) * 60_000)))
    assert timeline is not None
    assert 2 <= len(timeline.ticks) <= MOST_TICKS + 1


def test_a_report_without_times_has_no_drawing(failed: CallReport) -> None:
    assert draw(failed) is None
