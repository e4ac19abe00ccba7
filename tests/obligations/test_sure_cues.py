"""Nobody is accused by a cue that may not be one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.records import CLASSIFIER, Vote
from pipeline.settings import JudgeSettings
from tests.obligations.scene import BYE, HELLO, TALK, Scene, scene

NEEDED = JudgeSettings().sure_cue_confidence
PITCH = ("R", 8, "我们有低息贷款要给您推荐。", ("marketing_pitch", "低息贷款"))
NO = ("C", 2, "不需要，谢谢。", ("refusal", 2, "不需要"))
ASKS = ("C", 2, "我要转人工。", ("asks_human", "转人工"))
DENIES = ("R", 3, "我是真人客服。", ("bot_denial", "真人客服"))
SAYS = ("R", 3, "我是智能语音助手。", ("bot_disclosure", "智能语音助手"))
ROBOT = ("C", 2, "你是机器人吗？", ("asks_if_robot", "机器人吗"))


def unsure(call: Scene, label: str, confidence: float = NEEDED - 0.02) -> Scene:
    """The call with every cue of a label that sure."""
    cues = [replace(cue, confidence=confidence) if cue.label == label else cue for cue in call.cues]
    return replace(call, cues=tuple(cues))


@pytest.mark.parametrize(
    ("lines", "obligation", "accused", "label"),
    [
        ((HELLO, PITCH, TALK, BYE), "consent", "gap", "marketing_pitch"),
        ((HELLO, PITCH, NO, PITCH, BYE), "consent", "continued_after_refusal", "refusal"),
        ((HELLO, TALK, ASKS, TALK, BYE), "human_transfer", "asked_not_provided", "asks_human"),
        ((HELLO, SAYS, DENIES, TALK, BYE), "bot_disclosure", "contradicted", "bot_denial"),
        ((HELLO, ROBOT, SAYS, TALK, BYE), "bot_disclosure", "heard_late", "asks_if_robot"),
    ],
)
def test_what_rests_on_an_unsure_cue_is_not_held_against_anybody(
    lines: tuple[tuple[object, ...], ...], obligation: str, accused: str, label: str
) -> None:
    call = scene(*lines)
    assert call.words()[obligation] == accused
    verdict = unsure(call, label).judged()[obligation]
    assert verdict.verdict != accused
    if verdict.verdict == "cannot_tell":
        assert verdict.confidence == 0.0 and "not sure enough" in verdict.reason.en and "不够确定" in verdict.reason.zh


def test_an_accusation_that_the_sure_cues_carry_alone_takes_its_place() -> None:
    """Went on after a refusal, perhaps; sold without a word about consent, surely."""
    call = scene(HELLO, PITCH, NO, PITCH, BYE)
    assert unsure(call, "refusal").words()["consent"] == "gap"


def test_several_unsure_words_of_one_kind_make_a_sure_one() -> None:
    assert unsure(scene(HELLO, PITCH, BYE), "marketing_pitch", 0.8).words()["consent"] == "cannot_tell"
    assert unsure(scene(HELLO, PITCH, TALK, PITCH, BYE), "marketing_pitch", 0.8).words()["consent"] == "gap"


def test_a_cue_that_clears_the_caller_counts_however_unsure() -> None:
    call = unsure(scene(HELLO, SAYS, TALK, BYE), "bot_disclosure", 0.5)
    assert call.words()["bot_disclosure"] == "heard"


def test_nobody_is_accused_by_what_the_classifier_alone_heard() -> None:
    call = scene(HELLO, PITCH, TALK, BYE)
    votes = (Vote("wording/words", True, 0.9, "x: y"), Vote(CLASSIFIER, True, 0.99, "the passage"))
    both, alone = (
        replace(call, cues=tuple(replace(cue, confidence=0.97, votes=witnesses) for cue in call.cues))
        for witnesses in (votes, votes[1:])
    )
    assert both.words()["consent"] == "gap"
    assert alone.words()["consent"] == "cannot_tell"


def by_classifier(call: Scene, label: str, confidence: float = 0.97) -> Scene:
    """The call with every cue of a label heard by the classifier alone."""
    vote = (Vote(CLASSIFIER, True, confidence, "the passage"),)
    cues = [replace(cue, confidence=confidence, votes=vote) if cue.label == label else cue for cue in call.cues]
    return replace(call, cues=tuple(cues))


def test_the_classifier_saying_it_four_times_is_still_one_witness() -> None:
    call = scene(HELLO, PITCH, TALK, PITCH, TALK, PITCH, TALK, PITCH, BYE)
    assert call.words()["consent"] == "gap"
    assert by_classifier(call, "marketing_pitch").words()["consent"] == "cannot_tell"


def test_an_unsure_cue_that_is_not_cited_carries_no_accusation_either() -> None:
    """The pitch alone makes the question after the refusal a push."""
    asks = ("R", 3, "方便给您介绍一下吗？")
    call = scene(HELLO, PITCH, NO, asks, BYE)
    assert call.words()["consent"] == "continued_after_refusal"
    assert by_classifier(call, "marketing_pitch").words()["consent"] == "cannot_tell"


def test_a_late_disclosure_is_held_against_nobody_unless_it_is_sure() -> None:
    call = scene(HELLO, TALK, TALK, SAYS, BYE)
    assert call.words()["bot_disclosure"] == "heard_late"
    assert by_classifier(call, "bot_disclosure").words()["bot_disclosure"] == "cannot_tell"
