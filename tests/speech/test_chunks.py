"""What is decoded together."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import Span, Tone
from pipeline.speech.chunks import MAX_CHUNK_MS, Chunk, chunks_by_channel, chunks_by_speaker, without_tones
from pipeline.speech.diarize import SpeakerSpan
from pipeline.speech.voice import merge


def times(chunks: Sequence[Chunk]) -> list[tuple[int, int, str | None]]:
    return [(chunk.start_ms, chunk.end_ms, chunk.speaker) for chunk in chunks]


def test_a_short_pause_of_one_speaker_does_not_cut_a_chunk() -> None:
    spans = [SpeakerSpan("a", 0, 2_000), SpeakerSpan("a", 2_300, 4_000)]
    assert times(chunks_by_speaker(spans, [])) == [(0, 4_000, "a")]


def test_a_long_pause_and_a_change_of_speaker_do() -> None:
    spans = [SpeakerSpan("a", 0, 2_000), SpeakerSpan("b", 2_000, 2_500), SpeakerSpan("a", 2_500, 4_000)]
    assert times(chunks_by_speaker(spans, [])) == [(0, 2_000, "a"), (2_000, 2_500, "b"), (2_500, 4_000, "a")]
    apart = [SpeakerSpan("a", 0, 2_000), SpeakerSpan("a", 4_000, 6_000)]
    assert times(chunks_by_speaker(apart, [])) == [(0, 2_000, "a"), (4_000, 6_000, "a")]


def test_no_chunk_is_longer_than_the_recogniser_hears_and_nothing_is_lost() -> None:
    chunks = chunks_by_speaker([SpeakerSpan("a", 1_000, 62_000)], [])
    assert all(chunk.end_ms - chunk.start_ms <= MAX_CHUNK_MS for chunk in chunks)
    assert merge(Span(chunk.start_ms, chunk.end_ms) for chunk in chunks) == (Span(1_000, 62_000),)
    assert {chunk.speaker for chunk in chunks} == {"a"}


def test_spans_are_not_joined_past_that_length() -> None:
    spans = [SpeakerSpan("a", start, start + 9_900) for start in range(0, 40_000, 10_000)]
    chunks = chunks_by_speaker(spans, [])
    assert all(chunk.end_ms - chunk.start_ms <= MAX_CHUNK_MS for chunk in chunks)
    assert {chunk.start_ms for chunk in chunks} <= {span.start_ms for span in spans}  # cut at pauses only


def test_speech_only_the_other_detector_hears_is_decoded_too_for_nobody() -> None:
    chunks = chunks_by_speaker([SpeakerSpan("a", 0, 2_000)], [Span(0, 2_100), Span(5_000, 6_000)])
    assert times(chunks) == [(0, 2_000, "a"), (5_000, 6_000, None)]


def test_an_edge_the_detectors_place_differently_and_a_click_are_not() -> None:
    spans = [SpeakerSpan("a", 1_000, 2_000), SpeakerSpan("a", 9_000, 9_050)]
    assert times(chunks_by_speaker(spans, [Span(800, 2_200), Span(5_000, 5_100)])) == [(1_000, 2_000, "a")]


def test_a_channel_is_a_speaker() -> None:
    (chunk,) = chunks_by_channel([Span(1_000, 2_000)], 1)
    assert (chunk.speaker, chunk.channel) == ("channel-1", 1)


def test_what_is_mostly_a_tone_is_not_decoded() -> None:
    ring, talk = Chunk(0, 1_000, "a"), Chunk(2_000, 6_000, "a")
    tones = [Tone("ringback", "", 0, 950), Tone("dtmf", "1", 2_000, 2_200)]
    assert without_tones([ring, talk], tones) == [talk]
    assert without_tones([ring, talk], []) == [ring, talk]


SPANS = st.lists(
    st.tuples(st.integers(0, 200_000), st.integers(300, 50_000), st.sampled_from(["a", "b"])), max_size=6
).map(lambda drawn: [SpeakerSpan(who, start, start + length) for start, length, who in drawn])


@given(SPANS)
def test_chunks_are_in_time_order_short_enough_and_cover_all_speech_but_clicks(spans: list[SpeakerSpan]) -> None:
    chunks = chunks_by_speaker(spans, [])
    assert [chunk.start_ms for chunk in chunks] == sorted(chunk.start_ms for chunk in chunks)
    assert all(200 <= chunk.end_ms - chunk.start_ms <= MAX_CHUNK_MS for chunk in chunks)
    covered = merge(Span(chunk.start_ms, chunk.end_ms) for chunk in chunks)
    for span in spans:
        inside = sum(max(0, min(span.end_ms, other.end_ms) - max(span.start_ms, other.start_ms)) for other in covered)
        assert span.end_ms - span.start_ms - inside < 400  # a remainder shorter than a click at a cut
