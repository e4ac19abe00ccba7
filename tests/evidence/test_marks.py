"""A turn's text is cut for marking and never changed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.evidence.marks import mark_turn
from pipeline.records import Cue, Turn, Word
from tests.builders import cue, spoken

TEXT = "我是真人客服小李呀,方便给您介绍一下吗?"
TURN = spoken(1, "caller", 0, 4_000, TEXT, doubtful=("李",))


def test_a_quote_is_marked_where_it_stands() -> None:
    pieces, unplaced = mark_turn(TURN, [cue(1, "bot_denial", TURN, "我是真人客服", 0, 900)], doubt_below=0.4)
    assert "".join(p.text for p in pieces if p.cues) == "我是真人客服"
    assert unplaced == ()


def test_quotes_that_overlap_are_both_marked_and_each_starts_and_ends_once() -> None:
    cues = [cue(1, "bot_denial", TURN, "真人客服小李", 0, 900), cue(2, "caller_identity", TURN, "客服小李呀", 0, 900)]
    pieces, _ = mark_turn(TURN, cues, doubt_below=0.0)
    assert [len(p.cues) for p in pieces if p.cues] == [1, 2, 1]
    assert [c.id for p in pieces for c in p.starting] == ["c1", "c2"]
    assert [c.id for p in pieces for c in p.ending] == ["c1", "c2"]


def test_of_two_places_with_the_same_words_the_one_at_the_cue_s_time_is_marked() -> None:
    turn = spoken(1, "callee", 0, 10_000, "no thanks I said to you already no thanks")
    pieces, _ = mark_turn(turn, [cue(1, "refusal", turn, "no thanks", 8_500, 10_000, level=2)], doubt_below=0.0)
    assert [p.text for p in pieces] == ["no thanks I said to you already ", "no thanks"]


def test_a_quote_that_is_not_in_the_text_is_handed_back() -> None:
    key = cue(1, "asks_human", TURN, "0", 0, 200)
    pieces, unplaced = mark_turn(TURN, [key], doubt_below=0.0)
    assert unplaced == (key,)
    assert not any(p.cues for p in pieces)


def test_only_words_under_the_threshold_are_doubtful() -> None:
    pieces, _ = mark_turn(TURN, [], doubt_below=0.4)
    assert [p.text for p in pieces if p.doubtful] == ["李"]


def test_words_with_estimated_times_are_known_as_such() -> None:
    pieces, _ = mark_turn(TURN, [], doubt_below=0.4)
    assert [p.text for p in pieces if p.estimated] == ["一"]


@given(
    st.text(max_size=60),
    st.lists(st.tuples(st.text(max_size=8), st.floats(0, 1), st.booleans()), max_size=10),
    st.lists(st.text(max_size=8), max_size=4),
)
def test_the_pieces_joined_are_the_text_whatever_the_words_and_quotes(
    text: str, words: list[tuple[str, float, bool]], quotes: list[str]
) -> None:
    turn = Turn(
        "t1", "caller", 1.0, None, 0, 1_000, text, 1.0, tuple(Word(w, 0, 1, c, estimated=e) for w, c, e in words)
    )
    cues = [Cue(f"c{i}", "refusal", "callee", 0, 1, quote, "t1", 1.0) for i, quote in enumerate(quotes)]
    pieces, unplaced = mark_turn(turn, cues, doubt_below=0.5)
    assert "".join(p.text for p in pieces) == text
    ending = [c.id for p in pieces for c in p.ending]
    assert sorted([*ending, *(c.id for c in unplaced)]) == sorted(c.id for c in cues)
