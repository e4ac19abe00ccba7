"""Which doubtful stretches are read again, and where their readings belong; no model."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.records import Alternative, Gap, Span, Turn
from pipeline.speech.alternatives import channel_at, doubtful_spans, placed
from pipeline.speech.chunks import Chunk

CALLER = Turn("t1", "caller", 0.95, "a", 4_000, 20_000, "…", 0.8)
CALLEE = Turn("t2", "callee", 0.95, "b", 21_000, 25_000, "…", 0.8)
LATER = Turn("t3", "human", 0.95, "a", 26_000, 60_000, "…", 0.8)
TURNS = (CALLER, CALLEE, LATER)


def spans(*gaps: tuple[int, int, str], at_most: int = 9) -> list[tuple[int, int]]:
    found = doubtful_spans([Gap(*gap) for gap in gaps], TURNS, at_most=at_most)
    return [(span.start_ms, span.end_ms) for span in found]


@pytest.mark.parametrize("reason", ["low_confidence", "no_text", "too_little_text", "repeated", "hallucination"])
def test_what_was_read_badly_is_read_again(reason: str) -> None:
    assert spans((5_000, 6_000, reason)) == [(5_000, 6_000)]


@pytest.mark.parametrize("reason", ["noise", "dropout"])
def test_what_is_not_in_the_sound_cannot_be_read_again(reason: str) -> None:
    assert spans((5_000, 9_000, reason)) == []


def test_only_what_the_callers_side_may_have_said_is_read_again() -> None:
    assert spans((21_500, 24_000, "low_confidence")) == []
    assert spans((23_000, 28_000, "no_text")) == [(23_000, 28_000)]
    assert spans((30_000, 31_000, "no_text")) == [(30_000, 31_000)]
    assert spans((1_000, 2_000, "no_text")) == [(1_000, 2_000)]


def test_stretches_too_short_for_a_statement_are_left_and_near_ones_are_read_together() -> None:
    assert spans((5_000, 5_400, "low_confidence")) == []
    assert spans((5_000, 6_000, "low_confidence"), (7_000, 8_000, "no_text")) == [(5_000, 8_000)]
    assert spans((5_000, 6_000, "low_confidence"), (9_000, 10_000, "no_text")) == [(5_000, 6_000), (9_000, 10_000)]


def test_the_longest_come_first_where_there_are_too_many_and_none_is_longer_than_a_window() -> None:
    gaps = ((5_000, 6_000, "no_text"), (9_000, 12_000, "no_text"), (15_000, 17_000, "no_text"))
    assert spans(*gaps, at_most=2) == [(9_000, 12_000), (15_000, 17_000)]
    assert spans((27_000, 59_000, "no_text")) == [(27_000, 51_000)]


def test_a_reading_belongs_to_the_turn_it_lies_in_and_never_to_the_callees() -> None:
    assert placed(Span(5_000, 6_000), ("一", "二"), TURNS) == [
        Alternative(5_000, 6_000, "一", "t1"),
        Alternative(5_000, 6_000, "二", "t1"),
    ]
    assert placed(Span(22_000, 30_000), ("三",), TURNS) == [Alternative(22_000, 30_000, "三", "t3")]
    assert placed(Span(1_000, 2_000), ("四",), TURNS) == [Alternative(1_000, 2_000, "四", "")]
    nobody = tuple(replace(turn, role="callee") for turn in TURNS)
    assert placed(Span(5_000, 6_000), ("五",), nobody) == [Alternative(5_000, 6_000, "五", "")]


def test_it_is_read_on_the_channel_it_was_read_on_first() -> None:
    chunks = (Chunk(0, 5_000, "channel-1", 1), Chunk(4_000, 9_000, "channel-0", 0))
    assert channel_at(Span(1_000, 3_000), chunks) == 1
    assert channel_at(Span(4_500, 8_000), chunks) == 0
    assert channel_at(Span(20_000, 21_000), ()) == 0
