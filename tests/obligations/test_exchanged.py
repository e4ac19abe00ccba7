"""What accuses by who said what needs sure roles, unless it would be the same with the two speakers exchanged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from pipeline.cues import read_call
from pipeline.obligations import judge
from pipeline.obligations.exchanged import exchanged
from pipeline.records import Cue, Transcript, Verdict
from pipeline.settings import CueSettings, JudgeSettings
from tests.obligations.scene import BYE, HELLO, TALK, Scene, scene

UNSURE, SURE = 0.80, 0.90
STOP = ("C", 2, "别再打了！", ("refusal", 3, "别再打了"))
ASKS_HUMAN = ("C", 2, "转人工。", ("asks_human", "转人工"))
PITCH = ("R", 10, "现在贷款利息打五折。", ("marketing_pitch", "贷款利息打五折"))
DENIES = ("R", 4, "我是真人客服。", ("bot_denial", "我是真人客服"))
ACCUSED = {  # by obligation: a call that leads to a verdict that accuses
    "bot_disclosure": (HELLO, DENIES, TALK, BYE),
    "human_transfer": (HELLO, TALK, ASKS_HUMAN, TALK, BYE),
    "consent": (HELLO, TALK, PITCH, STOP, PITCH, BYE),
    "opt_out": (HELLO, TALK, STOP, TALK, BYE),
    "caller_identity": (HELLO, TALK, BYE),
}
WORDS = {
    "bot_disclosure": "contradicted",
    "human_transfer": "asked_not_provided",
    "consent": "continued_after_refusal",
    "opt_out": "ignored",
    "caller_identity": "not_heard",
}


def same_cues(call: Scene) -> Callable[[Transcript], tuple[Sequence[Cue], Sequence[Cue]]]:
    """A reader that finds what it found before, said by the other side."""

    def read(swapped: Transcript) -> tuple[Sequence[Cue], Sequence[Cue]]:
        role_of = {turn.id: turn.role for turn in swapped.turns}
        return [replace(cue, role=role_of[cue.turn_id]) for cue in call.cues], ()

    return read


@pytest.mark.parametrize("obligation", list(ACCUSED))
def test_nothing_is_held_against_anybody_on_unsure_roles(obligation: str) -> None:
    sure = scene(*ACCUSED[obligation], role_confidence=SURE).judged()[obligation]
    unsure = scene(*ACCUSED[obligation], role_confidence=UNSURE).judged()[obligation]
    assert sure.verdict == WORDS[obligation]
    assert unsure.verdict == "cannot_tell" and unsure.confidence == 0.0
    assert "which of the speakers is the caller" in unsure.reason.en and "0.80" in unsure.reason.en
    assert "哪一方是主叫方" in unsure.reason.zh
    assert unsure.cue_ids == sure.cue_ids


@pytest.mark.parametrize("obligation", ["bot_disclosure", "human_transfer", "consent", "opt_out"])
def test_what_the_other_side_would_have_said_accuses_nobody(obligation: str) -> None:
    call = scene(*ACCUSED[obligation], role_confidence=UNSURE)
    assert call.judged(reread=same_cues(call))[obligation].verdict == "cannot_tell"


def test_an_absence_on_either_side_stands_whoever_is_who() -> None:
    talk = ("C", 30, "我这边也没什么好说的，你们看着办吧，说来话长，慢慢讲。")
    call = scene(TALK, talk, BYE, role_confidence=UNSURE)
    assert call.judged()["caller_identity"].verdict == "cannot_tell"
    assert call.judged(reread=same_cues(call))["caller_identity"].verdict == "not_heard"


def test_a_missing_name_that_the_other_voice_gave_may_be_the_callers() -> None:
    """Perhaps the sides are the wrong way round: the name is in the call, said by the other voice."""
    lines = (
        ("C", 6, "您好，这里是平安银行信用卡中心。"),
        ("R", 30, "嗯，你说吧，我听着呢，这两天正好有时间，慢慢讲没关系的。"),
        ("C", 5, "好的，再见。"),
    )
    for confidence, word in ((SURE, "not_heard"), (UNSURE, "cannot_tell")):
        call = scene(*lines, role_confidence=confidence)

        def read(transcript: Transcript) -> tuple[Sequence[Cue], Sequence[Cue]]:
            reading = read_call(transcript, settings=CueSettings())
            return reading.cues, reading.traces

        cues, traces = read(call.transcript)
        verdicts = judge(
            call.transcript, cues, settings=JudgeSettings(), duration_ms=call.duration_ms, traces=traces, reread=read
        )
        assert identity(verdicts).verdict == word
        other = exchanged(call.transcript)
        cues, traces = read(other)
        verdicts = judge(other, cues, settings=JudgeSettings(), duration_ms=call.duration_ms, traces=traces)
        assert identity(verdicts).verdict == "heard"


def identity(verdicts: Sequence[Verdict]) -> Verdict:
    return next(verdict for verdict in verdicts if verdict.obligation == "caller_identity")


def test_of_several_requests_one_that_is_surely_the_callees_is_enough() -> None:
    call = scene(HELLO, TALK, STOP, STOP, TALK, BYE, role_confidence=0.95)
    turns = list(call.transcript.turns)
    turns[2] = replace(turns[2], role_confidence=UNSURE)
    one_sure = replace(call, transcript=replace(call.transcript, turns=tuple(turns)))
    assert one_sure.words()["opt_out"] == "ignored"
    turns[3] = replace(turns[3], role_confidence=UNSURE)
    none_sure = replace(call, transcript=replace(call.transcript, turns=tuple(turns)))
    assert none_sure.words()["opt_out"] == "cannot_tell"


def test_what_accuses_nobody_needs_no_sure_roles() -> None:
    offer = ("R", 4, "需要人工服务请按零。", ("human_offer", "需要人工服务请按零"))
    names = ("R", 3, "这里是招商银行。", ("caller_identity", "招商银行"))
    words = scene(HELLO, names, TALK, offer, BYE, role_confidence=UNSURE).words()
    assert (words["human_transfer"], words["caller_identity"]) == ("offered", "heard")


def test_text_has_the_roles_it_was_given() -> None:
    text = scene(*ACCUSED["opt_out"], role_confidence=0.1).cut_off_turn_times()
    assert text.words(basis="text")["opt_out"] == "ignored"


def test_the_limit_is_a_setting() -> None:
    call = scene(*ACCUSED["opt_out"], role_confidence=UNSURE)
    assert call.words(settings=JudgeSettings(sure_role_confidence=0.75))["opt_out"] == "ignored"
