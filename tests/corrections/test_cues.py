"""Cues confirmed, rejected, added, and carried over when the words around them changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.corrections.cues import CorrectedCues, carry_over, correct_cues
from pipeline.corrections.entries import Add, Confirm, Entry, Reject
from pipeline.errors import CorrectionsError
from pipeline.records import Cue, CueLabel, Role, Tone, Transcript, Vote
from pipeline.settings import CueSettings
from tests.recordings import conversation

CALL = conversation(
    ("caller", "This is Acme. Press 0 for an agent."),
    ("callee", "Stop calling me."),
    ("caller", "We have an offer for you."),
)
PRESSED = replace(CALL, tones=(Tone("dtmf", "0", 8_800, 9_000),))


def cue(name: str, label: CueLabel, quote: str, *, level: int | None = None) -> Cue:
    """A cue in the turn of CALL that has the words, at their share of its time."""
    turn = next(turn for turn in CALL.turns if quote in turn.text)
    start, length = turn.start_ms or 0, (turn.end_ms or 0) - (turn.start_ms or 0)
    at = turn.text.find(quote)
    begin, end = start + length * at // len(turn.text), start + length * (at + len(quote)) // len(turn.text)
    return Cue(name, label, turn.role, begin, end, quote, turn.id, 0.9, (Vote("wording", True, 0.9, ""),), level)


IDENTITY = cue("c1", "caller_identity", "This is Acme")
OFFER = cue("c2", "human_offer", "Press 0 for an agent")
REFUSAL = cue("c3", "refusal", "Stop calling me", level=3)
MACHINE = (IDENTITY, OFFER, REFUSAL)


def corrected(
    *entries: Entry,
    transcript: Transcript = CALL,
    machine: tuple[Cue, ...] = MACHINE,
    read: tuple[Cue, ...] | None = None,
    traces: tuple[Cue, ...] = (),
) -> CorrectedCues:
    return correct_cues(machine, machine if read is None else read, traces, transcript, entries, settings=CueSettings())


def confirm(name: str) -> Confirm:
    return Confirm(where="here", cue=name, by="Li", note="heard it")


def reject(name: str) -> Reject:
    return Reject(where="here", cue=name, by="Li")


def add(turn: str, label: CueLabel, quote: str, level: int | None = None) -> Add:
    return Add(where="here", turn=turn, label=label, quote=quote, level=level, by="Li")


def test_a_confirmed_cue_is_certain_and_a_person_stands_among_its_witnesses() -> None:
    result = corrected(confirm("c2"))
    offer = next(cue for cue in result.cues if cue.id == "c2")
    assert offer.confidence == 1.0
    assert offer.votes == (*OFFER.votes, Vote("person", True, 1.0, "confirmed by Li: heard it"))
    assert [cue for cue in result.cues if cue.id != "c2"] == [IDENTITY, REFUSAL]


def test_a_rejected_cue_is_gone_and_leaves_no_trace_behind() -> None:
    faint = replace(OFFER, id="trace", start_ms=(OFFER.start_ms or 0) + 100, confidence=0.3)
    elsewhere = replace(cue("trace", "human_offer", "offer for you"), confidence=0.3)
    result = corrected(reject("c2"), traces=(faint, elsewhere))
    assert result.cues == (IDENTITY, REFUSAL) and result.rejected == (OFFER,)
    assert result.traces == (elsewhere,)
    (correction,) = result.corrections
    assert (correction.kind, correction.target, correction.was, correction.now) == ("reject", "c2", OFFER.quote, "")


def test_what_the_machine_only_suspected_can_be_rejected_by_its_turn() -> None:
    faint = replace(cue("trace", "human_offer", "an offer for you"), confidence=0.3)
    nothing_there = Reject(where="here", turn="t3", label="human_offer")
    result = corrected(nothing_there, traces=(faint,))
    assert result.traces == () and result.cues == MACHINE
    assert (result.corrections[0].target, result.corrections[0].was) == ("t3", "an offer for you")
    with pytest.raises(CorrectionsError, match="nothing in turn t3 was taken for human_offer"):
        corrected(nothing_there)


def test_rejecting_one_of_two_statements_leaves_the_other() -> None:
    other = replace(OFFER, id="c9", start_ms=(OFFER.start_ms or 0) + 50)
    assert other in corrected(reject("c2"), machine=(*MACHINE, other)).cues


def test_an_added_cue_has_the_times_of_its_words_and_is_in_its_place() -> None:
    result = corrected(add("t3", "marketing_pitch", "an offer for you"))
    new = result.cues[-1]
    assert (new.id, new.role, new.turn_id, new.confidence, new.level) == ("p1", "caller", "t3", 1.0, None)
    first = next(word for word in CALL.turns[2].words if "an" in word.text)
    assert (new.start_ms, new.end_ms) == (first.start_ms, CALL.turns[2].words[-1].end_ms)
    assert [cue.id for cue in corrected(add("t1", "bot_denial", "Press")).cues] == ["c1", "p1", "c2", "c3"]


def test_a_key_pressed_loses_its_meaning_with_the_menu_and_gains_it_with_one() -> None:
    request = Cue(
        "c4", "asks_human", "callee", 8_800, 9_000, "", "t1", 0.9, (Vote("keypad", True, 0.9, "key 0"),), None
    )
    with_key = (IDENTITY, OFFER, REFUSAL, request)
    assert request in corrected(confirm("c1"), transcript=PRESSED, machine=with_key).cues
    assert [c.label for c in corrected(reject("c2"), transcript=PRESSED, machine=with_key).cues] == [
        "caller_identity",
        "refusal",
    ]
    told = corrected(add("t1", "human_offer", "Press 0 for an agent"), transcript=PRESSED, machine=(IDENTITY, REFUSAL))
    assert {"asks_human", "human_offer"} <= {c.label for c in told.cues}
    assert len({c.id for c in told.cues}) == len(told.cues)
    rejected = corrected(reject("c4"), transcript=PRESSED, machine=with_key)
    assert "asks_human" not in {c.label for c in rejected.cues}
    confirmed = corrected(confirm("c4"), transcript=PRESSED, machine=with_key)
    assert [c.confidence for c in confirmed.cues if c.label == "asks_human"] == [1.0]


def test_a_confirmed_cue_stays_though_the_corrected_words_no_longer_give_it() -> None:
    result = corrected(confirm("c2"), read=(IDENTITY, REFUSAL))
    assert [(c.id, c.confidence) for c in result.cues] == [("c1", 0.9), ("c2", 1.0), ("c3", 0.9)]
    others_words = replace(CALL, turns=(replace(CALL.turns[0], text="This is Acme."), *CALL.turns[1:]))
    with pytest.raises(CorrectionsError, match="“Press 0 for an agent” does not stand in turn t1"):
        corrected(confirm("c2"), read=(IDENTITY, REFUSAL), transcript=others_words)


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ((reject("c7"),), "there is no cue c7.\n.*c1, c2, c3"),
        ((confirm("c1"), reject("c1")), "cue c1 is corrected twice"),
        ((add("t9", "refusal", "no", 2),), "there is no turn t9"),
        ((add("t3", "refusal", "offer", 2),), "said by: caller, who cannot say a cue refusal.\n.*role"),
        ((add("t2", "asks_human", "a person"),), "“a person” does not stand in turn t2.\n.*Stop calling me"),
        ((add("t2", "refusal", "Stop calling", 3),), 'found it already .c3, level 3.*\n.*cue = "c3"'),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(entries: tuple[Entry, ...], says: str) -> None:
    with pytest.raises(CorrectionsError, match=says):
        corrected(*entries)


def test_a_refusal_of_the_wrong_level_is_rejected_and_added_again() -> None:
    result = corrected(reject("c3"), add("t2", "refusal", "Stop calling me", 4))
    assert [(c.id, c.level) for c in result.cues if c.label == "refusal"] == [("p1", 4)]


def test_cues_read_again_keep_their_names_and_new_ones_are_numbered_on() -> None:
    callee: Role = "callee"
    longer = replace(OFFER, id="c1", quote="Press 0 for an agent please", end_ms=(OFFER.end_ms or 0) + 40)
    new = replace(cue("c2", "asks_if_robot", "Stop"), role=callee)
    again = carry_over(MACHINE, (longer, new, replace(REFUSAL, id="c3")))
    assert [(c.id, c.label) for c in again] == [("c2", "human_offer"), ("c4", "asks_if_robot"), ("c3", "refusal")]
