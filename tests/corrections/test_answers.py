"""What was a cue only as an answer, when a person takes the question away or adds one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.batch import redraw, scan
from pipeline.corrections import CORRECTIONS_FILE
from pipeline.corrections.cues import CorrectedCues, correct_cues
from pipeline.corrections.entries import Add, Confirm, Entry, Reject
from pipeline.cues import read_call
from pipeline.cues.engine import Reading
from pipeline.errors import CorrectionsError
from pipeline.evidence import read_evidence
from pipeline.evidence.document import reading_mark
from pipeline.records import CallReport, Cue, CueLabel, MachineReading, Transcript, Verdict
from pipeline.settings import CueSettings, JudgeSettings, Settings
from pipeline.speech.fake import FakeSpeech
from tests.recordings import conversation, write_wav

ALONE = CueSettings(classifier=False)  # the lexicons' own reading
OFFER = ("caller", "Hello, we have a special offer on car insurance.")
ASKED = ("callee", "Are you a robot?")
DENIED = conversation(OFFER, ASKED, ("caller", "No ma'am, I am a mother of two, born and raised in Macon."))
EVADED = conversation(OFFER, ASKED, ("caller", "Ha, what makes you say that?"))
EVADED_ZH = conversation(
    ("caller", "您好，给您介绍一下我们的优惠活动。"),
    ("callee", "你是机器人吧？"),
    ("caller", "您真幽默。"),
    language="zh",
)
ADMITTED = conversation(OFFER, ASKED, ("caller", "Guilty as charged!"))
HANDED_OVER = conversation(OFFER, ("callee", "Give me a real person."), ("caller", "Certainly, one moment please."))
STOPPED = conversation(OFFER, ("callee", "Lose my number."), ("caller", "Done, it'll take up to three days."))


def read(transcript: Transcript, settings: CueSettings = ALONE) -> Reading:
    return read_call(transcript, settings=settings)


def cues_of(transcript: Transcript, label: CueLabel) -> list[Cue]:
    found = [cue for cue in read(transcript).cues if cue.label == label]
    assert found, f"the machine finds no {label} here any more; choose another line"
    return found


def correct(transcript: Transcript, *entries: Entry, machine: Sequence[Cue] | None = None) -> CorrectedCues:
    reading = read(transcript)
    cues = reading.cues if machine is None else machine
    return correct_cues(cues, cues, reading.traces, transcript, entries, settings=ALONE)


def reject(transcript: Transcript, label: CueLabel) -> tuple[Reject, ...]:
    return tuple(Reject(where="here", cue=cue.id) for cue in cues_of(transcript, label))


def labels(cues: Sequence[Cue]) -> set[str]:
    return {cue.label for cue in cues}


@pytest.mark.parametrize(
    ("transcript", "question", "answer"),
    [
        (DENIED, "asks_if_robot", "bot_denial"),
        (EVADED, "asks_if_robot", "bot_evasion"),
        (EVADED_ZH, "asks_if_robot", "bot_evasion"),
        (ADMITTED, "asks_if_robot", "bot_disclosure"),
        (HANDED_OVER, "asks_human", "transfer_started"),
        (STOPPED, "refusal", "optout_ack"),
    ],
)
def test_an_answer_falls_with_the_question_a_person_rejected(
    transcript: Transcript, question: CueLabel, answer: CueLabel
) -> None:
    own = cues_of(transcript, answer)
    result = correct(transcript, *reject(transcript, question))
    assert not labels(result.cues) & {question, answer}
    assert list(result.fallen) == own
    assert labels(result.rejected) == {question}
    assert {correction.label for correction in result.corrections} == {question}, "the person rejected nothing else"


@pytest.mark.parametrize(
    ("transcript", "question", "answer"),
    [
        (ADMITTED, "asks_if_robot", "bot_disclosure"),
        (HANDED_OVER, "asks_human", "transfer_started"),
        (STOPPED, "refusal", "optout_ack"),
    ],
)
def test_what_fell_still_keeps_its_absence_from_being_stated_until_a_person_rejects_it_too(
    transcript: Transcript, question: CueLabel, answer: CueLabel
) -> None:
    gone = reject(transcript, question)
    result = correct(transcript, *gone)
    (own,) = cues_of(transcript, answer)
    assert replace(own, id="trace") in result.traces
    both = correct(transcript, *gone, Reject(where="here", cue=own.id))
    assert answer not in labels(both.cues) | labels(both.traces)


def test_wording_that_stands_on_its_own_needs_no_question() -> None:
    call = conversation(OFFER, ASKED, ("caller", "No, I am a real person."))
    result = correct(call, *reject(call, "asks_if_robot"))
    assert "bot_denial" in labels(result.cues) and result.fallen == ()


def test_an_answer_that_a_person_confirmed_stays() -> None:
    (denial,) = cues_of(DENIED, "bot_denial")
    result = correct(DENIED, Confirm(where="here", cue=denial.id), *reject(DENIED, "asks_if_robot"))
    assert denial.id in {cue.id for cue in result.cues} and result.fallen == ()


def test_an_answer_to_a_question_that_is_put_right_stays() -> None:
    again = Add(where="here", turn="t2", label="refusal", quote="Lose my number", level=4)
    result = correct(STOPPED, *reject(STOPPED, "refusal"), again)
    assert {"refusal", "optout_ack"} <= labels(result.cues) and result.fallen == ()


def test_an_answer_stays_while_another_question_before_it_stands() -> None:
    call = conversation(OFFER, ASKED, ("callee", "Hello? Is this a robot?"), ("caller", "Ha, what makes you say that?"))
    first, second = cues_of(call, "asks_if_robot")
    one = correct(call, Reject(where="here", cue=second.id))
    assert "bot_evasion" in labels(one.cues) and one.fallen == ()
    both = correct(call, Reject(where="here", cue=first.id), Reject(where="here", cue=second.id))
    assert "bot_evasion" not in labels(both.cues)


def test_a_question_answered_long_before_holds_no_later_answer() -> None:
    call = conversation(
        OFFER, ASKED, ("caller", "Ha, what makes you say that?"), ASKED, ("caller", "Ha, what makes you say that?")
    )
    _, second = cues_of(call, "asks_if_robot")
    result = correct(call, Reject(where="here", cue=second.id))
    assert {cue.turn_id for cue in result.cues if cue.label == "bot_evasion"} == {"t3"}
    assert {cue.turn_id for cue in result.fallen} == {"t5"}


UNHEARD = conversation(
    OFFER, ("callee", "Be gone, all of you."), ("caller", "Done, it'll take up to three days."), OFFER
)
ADDED = Add(where="here", turn="t2", label="refusal", quote="Be gone, all of you", level=3)


def test_what_may_answer_a_question_that_a_person_added_is_suspected() -> None:
    assert not labels(read(UNHEARD).cues) & {"refusal", "optout_ack"}, "choose a refusal that the machine does not know"
    assert "optout_ack" not in labels(correct(UNHEARD).traces)
    result = correct(UNHEARD, ADDED)
    suspected = [trace for trace in result.traces if trace.label == "optout_ack"]
    assert [(trace.turn_id, trace.quote) for trace in suspected] == [("t3", "Done")]
    assert suspected[0].start_ms is not None and "optout_ack" not in labels(result.cues)


def test_what_may_answer_can_be_rejected_by_its_turn_and_only_where_there_is_something() -> None:
    nothing = Reject(where="here", turn="t3", label="optout_ack")
    assert "optout_ack" not in labels(correct(UNHEARD, nothing, ADDED).traces)
    with pytest.raises(CorrectionsError, match="nothing in turn t3 was taken for optout_ack"):
        correct(UNHEARD, nothing)


# ---------- verdicts


def corrected(folder: Path, call: Transcript, entries: str) -> CallReport:
    write_wav(folder / "calls" / "a.wav", 31_000)
    scan(
        [folder / "calls"],
        folder / "out",
        make_speech=lambda settings: FakeSpeech(call),
        settings=Settings(cues=ALONE, judge=JudgeSettings(sure_cue_confidence=0.5)),
    )
    file = next((folder / "out").glob("*/evidence.json"))
    head = f'reading = "{reading_mark(read_evidence(file))}"\n'
    file.with_name(CORRECTIONS_FILE).write_text(head + entries, encoding="utf-8")
    assert redraw(folder / "out").refused == ()
    return read_evidence(file)


def verdict(report: CallReport | MachineReading, obligation: str) -> Verdict:
    return next(verdict for verdict in report.verdicts if verdict.obligation == obligation)


def test_a_request_that_a_person_added_is_not_called_ignored_where_something_may_have_answered_it(
    tmp_path: Path,
) -> None:
    entry = '[[add]]\nturn = "t2"\nlabel = "refusal"\nquote = "Be gone, all of you"\nlevel = 3\n'
    report = corrected(tmp_path / "suspected", UNHEARD, entry)
    assert verdict(report, "opt_out").verdict == "cannot_tell"
    assert "“Done”" in verdict(report, "opt_out").reason.en
    nothing = '[[reject]]\nturn = "t3"\nlabel = "optout_ack"\n'
    settled = corrected(tmp_path / "settled", UNHEARD, entry + nothing)
    assert verdict(settled, "opt_out").verdict == "ignored"


def test_a_denial_contradicts_no_longer_once_nobody_asked(tmp_path: Path) -> None:
    call = conversation(OFFER, ASKED, ("caller", "No ma'am, I am a mother of two, born and raised in Macon."), OFFER)
    (question,) = cues_of(call, "asks_if_robot")
    report = corrected(tmp_path, call, f'[[reject]]\ncue = "{question.id}"\n')
    assert report.machine is not None
    assert verdict(report.machine, "bot_disclosure").verdict == "contradicted"
    assert verdict(report, "bot_disclosure").verdict != "contradicted"


def test_an_absence_says_which_words_fell_with_the_question_they_answered(tmp_path: Path) -> None:
    call = conversation(
        ("caller", "This is Acme Insurance. May I have a minute of your time?"), ("callee", "Yes."), OFFER, OFFER
    )
    (question,) = cues_of(call, "consent_request")
    cues_of(call, "consent_given")
    report = corrected(tmp_path, call, f'[[reject]]\ncue = "{question.id}"\n')
    consent = verdict(report, "consent")
    assert consent.verdict == "gap"
    assert "“Yes”) for it as an answer to words that a person rejected." in consent.reason.en
