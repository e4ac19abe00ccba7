"""Arithmetic on spans, against sets of milliseconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import Span
from pipeline.speech.voice import intersect, merge, subtract, total_ms

SPAN = st.tuples(st.integers(0, 60), st.integers(1, 15)).map(lambda pair: Span(pair[0], pair[0] + pair[1]))
ANY = st.lists(SPAN, max_size=8)
APART = ANY.map(lambda spans: merge(spans))  # sorted and free of overlap, as intersect and subtract ask


def moments(spans: Iterable[Span]) -> set[int]:
    return {ms for span in spans for ms in range(span.start_ms, span.end_ms)}


def in_order_and_apart(spans: Sequence[Span]) -> bool:
    return all(before.end_ms <= after.start_ms for before, after in pairwise(spans)) and all(
        span.length_ms > 0 for span in spans
    )


@given(ANY)
def test_merged_spans_hold_the_same_moments_without_overlap(spans: list[Span]) -> None:
    merged = merge(spans)
    assert moments(merged) == moments(spans)
    assert all(before.end_ms < after.start_ms for before, after in pairwise(merged))
    assert total_ms(merged) == len(moments(spans))


@given(ANY, st.integers(0, 10))
def test_merging_over_pauses_fills_those_up_to_the_length_and_no_other(spans: list[Span], gap_ms: int) -> None:
    merged = merge(spans, gap_ms=gap_ms)
    pauses = [Span(before.end_ms, after.start_ms) for before, after in pairwise(merge(spans))]
    assert moments(merged) == moments([*spans, *(pause for pause in pauses if pause.length_ms <= gap_ms)])


@given(APART, APART)
def test_an_intersection_holds_the_moments_in_both(one: Sequence[Span], other: Sequence[Span]) -> None:
    both = intersect(one, other)
    assert moments(both) == moments(one) & moments(other)
    assert in_order_and_apart(both)


@given(APART, APART)
def test_a_difference_holds_the_moments_only_in_the_first(one: Sequence[Span], other: Sequence[Span]) -> None:
    left = subtract(one, other)
    assert moments(left) == moments(one) - moments(other)
    assert in_order_and_apart(left)


@given(APART, APART)
def test_what_is_shared_and_what_is_left_make_up_the_whole(one: Sequence[Span], other: Sequence[Span]) -> None:
    assert total_ms(intersect(one, other)) + total_ms(subtract(one, other)) == total_ms(one)
