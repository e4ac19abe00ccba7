"""Every verdict word of every obligation, and what tips it from one to the next."""

from __future__ import annotations

import pytest

from pipeline.records import OBLIGATIONS
from tests.obligations.scene import BYE, HELLO, TALK, scene

DISCLOSES = ("R", 5, "您好，我是智能语音助手小招。", ("bot_disclosure", "我是智能语音助手小招"))
DENIES = ("R", 4, "我是真人客服。", ("bot_denial", "我是真人客服"))
ASKS_ROBOT = ("C", 2, "你是机器人吧？", ("asks_if_robot", "你是机器人吧"))
PITCH = ("R", 10, "现在贷款利息打五折。", ("marketing_pitch", "贷款利息打五折"))
ASKS_HUMAN = ("C", 2, "转人工。", ("asks_human", "转人工"))
OFFER = ("R", 4, "需要人工服务请按零。", ("human_offer", "需要人工服务请按零"))
DEFLECTS = ("R", 8, "这个问题我就可以帮您解答。", ("human_refusal", "我就可以帮您解答"))
TRANSFERS = ("R", 3, "正在为您转接人工。", ("transfer_started", "正在为您转接人工"))
PERSON = ("H", 5, "您好，工号二零三六。", ("transfer_started", "工号二零三六"))
NOT_INTERESTED = ("C", 2, "不需要。", ("refusal", 2, "不需要"))
STOP = ("C", 2, "别再打了！", ("refusal", 3, "别再打了"))
BUSY = ("C", 2, "我在开会。", ("refusal", 1, "我在开会"))
ACCEPTS = ("R", 5, "好的，以后不再给您打电话。", ("optout_ack", "以后不再给您打电话"))
WAY_OUT = ("R", 5, "不想再接到来电请按九。", ("optout_offer", "不想再接到来电请按九"))
ASKS_LEAVE = ("R", 4, "方便给您介绍一下吗？", ("consent_request", "方便给您介绍一下吗"))
AGREES = ("C", 2, "好的，你说吧。", ("consent_given", "好的，你说吧"))
CLAIMS = ("R", 4, "您之前在我们平台注册过。", ("consent_claim", "您之前在我们平台注册过"))
NAMES = ("R", 4, "这里是招商银行。", ("caller_identity", "招商银行"))

CASES = [
    # obligation, verdict, lines
    ("bot_disclosure", "contradicted", [HELLO, DENIES, TALK]),
    ("bot_disclosure", "contradicted", [HELLO, DISCLOSES, ASKS_ROBOT, DENIES, TALK]),
    ("bot_disclosure", "heard", [HELLO, DISCLOSES, TALK]),
    ("bot_disclosure", "heard", [HELLO, DISCLOSES, ASKS_ROBOT, TALK]),
    ("bot_disclosure", "heard_late", [HELLO, TALK, DISCLOSES]),
    ("bot_disclosure", "heard_late", [HELLO, PITCH, ASKS_ROBOT, DISCLOSES]),
    ("bot_disclosure", "heard", [HELLO, TRANSFERS, ("H", 4, "我是真人。", ("bot_denial", "我是真人")), DISCLOSES]),
    ("bot_disclosure", "not_heard", [HELLO, TALK, BYE]),
    ("bot_disclosure", "not_heard", [HELLO, TALK, ("C", 3, "我是智能助手。", ("bot_disclosure", "我是智能助手"))]),
    ("human_transfer", "provided", [HELLO, TALK, ASKS_HUMAN, TRANSFERS, PERSON]),
    ("human_transfer", "provided", [HELLO, TALK, TRANSFERS, PERSON, ASKS_HUMAN, BYE]),
    ("human_transfer", "provided", [HELLO, TALK, ASKS_HUMAN, ("H", 5, "您好，请讲。")]),
    ("human_transfer", "asked_not_provided", [HELLO, TALK, ASKS_HUMAN, DEFLECTS]),
    ("human_transfer", "asked_not_provided", [HELLO, TALK, OFFER, ASKS_HUMAN, DEFLECTS]),
    ("human_transfer", "asked_not_provided", [HELLO, TALK, TRANSFERS, ASKS_HUMAN, DEFLECTS]),
    ("human_transfer", "offered", [HELLO, TALK, ASKS_HUMAN, OFFER]),
    ("human_transfer", "offered", [HELLO, TALK, OFFER]),
    ("human_transfer", "not_heard", [HELLO, TALK, BYE]),
    ("consent", "continued_after_refusal", [HELLO, PITCH, NOT_INTERESTED, PITCH]),
    ("consent", "continued_after_refusal", [HELLO, ASKS_LEAVE, AGREES, PITCH, STOP, PITCH, BYE]),
    (
        "consent",
        "continued_after_refusal",
        [HELLO, TALK, STOP, ("R", 5, "请说出您的银行卡号。", ("sensitive_request", "请说出您的银行卡号"))],
    ),
    ("consent", "continued_after_refusal", [HELLO, PITCH, NOT_INTERESTED, ("R", 5, "您再考虑一下，好不好？")]),
    ("consent", "continued_after_refusal", [HELLO, PITCH, STOP, ("R", 9, "那我给您申请一个名额。再见。")]),
    ("consent", "continued_after_refusal", [HELLO, TALK, TRANSFERS, PERSON, STOP, ("H", 5, "您先别挂，听我说。")]),
    ("consent", "gap", [HELLO, PITCH, TALK, NOT_INTERESTED, BYE]),
    ("consent", "gap", [HELLO, PITCH, TALK, BUSY, PITCH]),
    ("consent", "gap", [HELLO, PITCH, TALK, STOP, ACCEPTS, ("R", 3, "您还有其他需要帮助的吗？")]),
    ("consent", "gap", [HELLO, PITCH, TALK, NOT_INTERESTED, ("R", 3, "抱歉，我没有听清，请您再说一遍好吗？")]),
    ("consent", "gap", [HELLO, PITCH, TALK, NOT_INTERESTED, BYE, PITCH]),
    ("consent", "not_applicable", [HELLO, TALK, BYE]),
    ("consent", "not_applicable", [HELLO, TALK, NOT_INTERESTED, ("R", 4, "请问您满意吗？")]),
    ("consent", "obtained", [HELLO, ASKS_LEAVE, AGREES, PITCH, CLAIMS]),
    ("consent", "claimed", [HELLO, CLAIMS, PITCH]),
    ("consent", "claimed", [HELLO, CLAIMS, PITCH, ASKS_LEAVE, AGREES]),
    ("consent", "gap", [HELLO, PITCH, TALK, ASKS_LEAVE, AGREES]),
    ("consent", "gap", [HELLO, AGREES, ASKS_LEAVE, TALK, PITCH]),
    ("opt_out", "ignored", [HELLO, TALK, STOP, PITCH]),
    ("opt_out", "ignored", [HELLO, TALK, WAY_OUT, STOP, BYE]),
    ("opt_out", "ignored", [HELLO, TALK, STOP, ACCEPTS, PITCH, STOP, PITCH]),
    ("opt_out", "acknowledged", [HELLO, TALK, STOP, ACCEPTS]),
    ("opt_out", "acknowledged", [HELLO, TALK, STOP, ACCEPTS, STOP, BYE]),
    ("opt_out", "offered", [HELLO, TALK, WAY_OUT, NOT_INTERESTED, BYE]),
    ("opt_out", "not_heard", [HELLO, TALK, NOT_INTERESTED, BYE]),
    ("caller_identity", "heard", [HELLO, NAMES, TALK]),
    ("caller_identity", "heard", [HELLO, TALK, ("H", 4, "我是招商银行的小王。", ("caller_identity", "招商银行"))]),
    ("caller_identity", "not_heard", [HELLO, TALK, BYE]),
    ("caller_identity", "not_heard", [HELLO, TALK, ("C", 3, "是招商银行吗？", ("caller_identity", "招商银行"))]),
]


@pytest.mark.parametrize(("obligation", "verdict", "lines"), CASES)
def test_a_call_gets_the_verdict_of_the_vocabulary(obligation: str, verdict: str, lines: list[tuple]) -> None:
    assert scene(*lines).words()[obligation] == verdict


def test_all_five_verdicts_come_in_the_order_of_the_vocabulary() -> None:
    assert tuple(scene(HELLO, TALK).judged()) == OBLIGATIONS


def test_a_disclosure_after_the_window_is_late_and_the_window_is_named_as_this_tools_own() -> None:
    verdict = scene(HELLO, TALK, DISCLOSES).judged()["bot_disclosure"]
    assert verdict.verdict == "heard_late"
    assert "30 s" in verdict.reason.en and "not a legal one" in verdict.reason.en


def test_a_denial_by_another_voice_after_a_hand_over_is_not_held_against_the_robot() -> None:
    from dataclasses import replace

    call = scene(HELLO, TALK, TRANSFERS, DENIES)
    other = tuple(replace(t, speaker="other") if t.id == "t3" else t for t in call.transcript.turns)
    moved = replace(call, transcript=replace(call.transcript, turns=other))
    assert call.words()["bot_disclosure"] == "contradicted"
    assert moved.words()["bot_disclosure"] != "contradicted"


def test_a_push_is_cited_by_its_turn() -> None:
    verdict = scene(HELLO, PITCH, NOT_INTERESTED, ("R", 5, "您再考虑一下，好不好？")).judged()["consent"]
    assert verdict.cue_ids == ("c1",)
    assert verdict.turn_ids == ("t2", "t3")
    assert "您再考虑一下" in verdict.reason.zh


def test_a_new_agreement_ends_what_a_refusal_began() -> None:
    lines = (HELLO, PITCH, NOT_INTERESTED, ("R", 3, "好的。"), AGREES, PITCH, TALK)
    assert scene(*lines).words()["consent"] == "gap"


def test_words_of_a_turn_already_under_way_when_the_refusal_came_do_not_count() -> None:
    from dataclasses import replace

    call = scene(
        HELLO, ("R", 20, "现在贷款利息打五折，额度高。", ("marketing_pitch", "贷款利息打五折")), NOT_INTERESTED, BYE
    )
    refusing = call.transcript.turns[2]
    early = replace(refusing, start_ms=18_000, end_ms=19_000)
    turns = tuple(early if t.id == refusing.id else t for t in call.transcript.turns)
    cues = tuple(replace(c, start_ms=18_000, end_ms=19_000) if c.turn_id == refusing.id else c for c in call.cues)
    moved = replace(call, transcript=replace(call.transcript, turns=turns), cues=cues)
    assert moved.words()["consent"] == "gap"


def test_a_request_to_a_person_after_a_transfer_is_not_one_the_robot_left_unanswered() -> None:
    lines = (
        HELLO,
        TALK,
        ("H", 9, "您好，我是工号九。"),
        ("C", 2, "让经理来听。", ("asks_human", "让经理来听")),
        ("H", 6, "不行。"),
    )
    assert scene(*lines).words()["human_transfer"] == "provided"


def test_the_ai_rhythm_tone_alone_counts_as_a_disclosure() -> None:
    lines = (HELLO, ("R", 30, "您好，有一个包裹。", ("ai_label", "您好")))
    assert scene(*lines).words()["bot_disclosure"] == "heard"


def test_reasons_name_time_and_words_in_both_languages() -> None:
    for verdict in scene(HELLO, NAMES, PITCH, STOP, PITCH).judged().values():
        assert verdict.reason.en.endswith(".") and verdict.reason.zh.endswith("。")
    ignored = scene(HELLO, TALK, STOP, PITCH).judged()["opt_out"]
    assert "00:34.0 (“别再打了”)" in ignored.reason.en
    assert "00:34.0 处（“别再打了”）" in ignored.reason.zh


def test_confidence_falls_with_the_cue_the_role_and_the_coverage() -> None:
    from dataclasses import replace

    sure = scene(HELLO, NAMES, TALK)
    doubtful = replace(sure, cues=tuple(replace(c, confidence=0.5) for c in sure.cues))
    assert doubtful.judged()["caller_identity"].confidence < sure.judged()["caller_identity"].confidence
    hazy = scene(HELLO, NAMES, TALK, role_confidence=0.7)
    assert hazy.judged()["caller_identity"].confidence < sure.judged()["caller_identity"].confidence
    assert hazy.judged()["opt_out"].confidence < sure.judged()["opt_out"].confidence


@pytest.mark.parametrize(("obligation", "verdict", "lines"), CASES)
def test_without_times_the_order_of_the_text_gives_the_same_verdict(
    obligation: str, verdict: str, lines: list[tuple]
) -> None:
    found = scene(*lines).cut_off_turn_times().judged(basis="text")[obligation]
    late_by_the_clock_alone = lines == [HELLO, TALK, DISCLOSES]
    assert found.verdict == ("heard" if late_by_the_clock_alone else verdict)
    assert found.basis == "text" and found.examined == ()


def test_an_acceptance_in_words_like_an_offer_is_no_push() -> None:
    """ "You will not be getting any more calls" asks and offers nothing, though it begins as offers do."""
    call = scene(
        ("R", 26, "We have a plan with free installation.", ("marketing_pitch", "free installation")),
        ("C", 3, "Kindly don't ring this number again.", ("refusal", 3, "don't ring this number again")),
        (
            "R",
            6,
            "Okay madam. I am marking your number now. You will not be getting any more calls.",
            ("optout_ack", "not be getting any more calls"),
        ),
        language="en",
    )
    assert call.words()["consent"] == "gap"
    assert call.words()["opt_out"] == "acknowledged"
