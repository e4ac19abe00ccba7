"""Roles and words put right: what changes, what stays, what cannot be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.corrections.entries import Entry, FixRole, FixText, FixWord
from pipeline.corrections.transcript import correct_transcript
from pipeline.errors import CorrectionsError
from pipeline.records import Coverage, Gap, Role, Transcript, Turn
from tests.recordings import conversation

CALL = conversation(
    ("caller", "Press zero for an agent or press nine to be removed."),
    ("callee", "Who is calling please?"),
    ("caller", "This is Acme."),
)
CHINESE = conversation(("caller", "如需人功服务请按零"), language="zh")


def corrected(transcript: Transcript, *entries: Entry) -> Transcript:
    return correct_transcript(transcript, entries).transcript


def fix_word(turn: str, was: str, now: str, nth: int | None = None) -> FixWord:
    return FixWord(where="here", turn=turn, was=was, now=now, nth=nth)


def fix_text(turn: str, text: str) -> FixText:
    return FixText(where="here", turn=turn, text=text)


def joined(turn: Turn) -> str:
    return "".join(word.text for word in turn.words).strip()


def test_a_word_put_right_changes_only_that_word_and_its_time_is_estimated() -> None:
    before, after = CALL.turns[2], corrected(CALL, fix_word("t3", "Acme", "Akme")).turns[2]
    assert after.text == "This is Akme." == joined(after)
    assert after.words[:2] == before.words[:2]
    new = after.words[2]
    assert (new.estimated, new.confidence) == (True, 1.0)
    assert before.words[1].end_ms <= new.start_ms < new.end_ms <= (before.end_ms or 0)
    assert (after.role, after.start_ms, after.end_ms) == (before.role, before.start_ms, before.end_ms)


def test_a_character_put_right_in_chinese_is_the_same_turn_otherwise() -> None:
    one_a_character = replace(
        CHINESE.turns[0],
        words=tuple(
            replace(CHINESE.turns[0].words[0], text=character, start_ms=1_000 + 100 * i, end_ms=1_100 + 100 * i)
            for i, character in enumerate(CHINESE.turns[0].text)
        ),
    )
    after = corrected(replace(CHINESE, turns=(one_a_character,)), fix_word("t1", "人功", "人工")).turns[0]
    assert after.text == "如需人工服务请按零" == joined(after)
    assert [word.text for word in after.words if word.estimated] == ["工"]
    assert (after.words[3].start_ms, after.words[3].end_ms) == (1_300, 1_400)


def test_of_several_occurrences_the_one_that_is_meant_must_be_named() -> None:
    with pytest.raises(CorrectionsError, match="stands 2 times in turn t1"):
        corrected(CALL, fix_word("t1", "ress", "lease"))
    text = corrected(CALL, fix_word("t1", "ress nine", "ress five")).turns[0].text
    assert text == "Press zero for an agent or press five to be removed."
    second = corrected(CALL, fix_word("t1", "ress", "ushing", nth=2)).turns[0].text
    assert second == "Press zero for an agent or pushing nine to be removed."
    with pytest.raises(CorrectionsError, match="stands only 2 times"):
        corrected(CALL, fix_word("t1", "ress", "x", nth=3))


def test_the_inside_of_a_longer_word_has_not_stayed() -> None:
    after = corrected(CALL, fix_text("t3", "This is Acmeville.")).turns[2]
    assert joined(after) == "This is Acmeville."
    assert after.words[-1].estimated


def test_a_speaker_s_role_is_that_of_all_their_turns_but_those_with_their_own() -> None:
    entries = (
        FixRole(where="here", turn="t3", role="human"),
        FixRole(where="here", speaker="caller", role="callee"),
        FixRole(where="here", speaker="callee", role="caller"),
    )
    result = correct_transcript(CALL, entries)
    assert [turn.role for turn in result.transcript.turns] == ["callee", "caller", "human"]
    assert {turn.role_confidence for turn in result.transcript.turns} == {1.0}
    of_speaker = result.corrections[0]
    assert (of_speaker.target, of_speaker.was, of_speaker.now) == ("caller", "caller", "callee")
    assert of_speaker.turn_ids == ("t1", "t3")


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (fix_text("t9", "x"), "there is no turn t9.\n.*t1, t2, t3"),
        (FixRole(where="here", turn="t9", role="callee"), "there is no turn t9"),
        (FixRole(where="here", speaker="C", role="callee"), "there is no speaker C.\n.*callee, caller"),
        (fix_word("t2", "Acme", "Akme"), "“Acme” does not stand in turn t2.\n.*Who is calling please"),
    ],
)
def test_what_is_not_there_cannot_be_corrected(entry: Entry, says: str) -> None:
    with pytest.raises(CorrectionsError, match=says):
        corrected(CALL, entry)


@pytest.mark.parametrize(
    "entries",
    [
        (fix_text("t1", "a"), fix_text("t1", "b")),
        (fix_text("t1", "a"), fix_word("t1", "a", "b")),
        (FixRole(where="one", turn="t1", role="callee"), FixRole(where="two", turn="t1", role="human")),
    ],
)
def test_nothing_is_corrected_twice(entries: tuple[Entry, ...]) -> None:
    with pytest.raises(CorrectionsError, match="corrected twice"):
        corrected(CALL, *entries)


def with_gaps(*gaps: Gap) -> Transcript:
    return replace(CALL, coverage=Coverage(10_000, 8_000, 0.8, gaps))


def test_a_text_written_by_a_person_was_heard_where_the_machine_was_unsure() -> None:
    unsure, unread = Gap(1_500, 2_500, "low_confidence"), Gap(3_000, 3_500, "no_text")
    coverage = corrected(with_gaps(unsure, unread), fix_text("t1", "Press zero for an agent.")).coverage
    assert coverage == Coverage(10_000, 9_000, 0.9, (unread,))


def test_one_word_put_right_vouches_for_no_more_than_that_word() -> None:
    transcript = with_gaps(Gap(1_500, 2_500, "low_confidence"))
    assert corrected(transcript, fix_word("t1", "zero", "0")).coverage == transcript.coverage


def test_a_gap_in_which_somebody_else_spoke_too_stays() -> None:
    transcript = with_gaps(Gap(1_500, 2_500, "low_confidence"))
    over = replace(transcript.turns[1], start_ms=2_000, end_ms=3_000)
    both = replace(transcript, turns=(transcript.turns[0], over, transcript.turns[2]))
    assert corrected(both, fix_text("t1", "Press zero.")).coverage == transcript.coverage


@settings(max_examples=150, deadline=None)
@given(text=st.text(alphabet="ab 按零Press.,，", min_size=1, max_size=40).filter(lambda text: text.strip()))
def test_whatever_is_written_its_words_are_in_order_inside_the_turn_and_spell_it(text: str) -> None:
    turn = corrected(CALL, fix_text("t1", text.strip())).turns[0]
    times = [time for word in turn.words for time in (word.start_ms, word.end_ms)]
    assert times == sorted(times)
    assert (turn.start_ms or 0) <= times[0] and times[-1] <= (turn.end_ms or 0)
    assert "".join(joined(turn).split()) == "".join(text.split())


def test_a_role_may_also_become_unknown() -> None:
    unknown: Role = "unknown"
    assert corrected(CALL, FixRole(where="here", turn="t2", role=unknown)).turns[1].role == "unknown"
