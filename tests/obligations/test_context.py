"""Facts about a call: what is heard, what is supplied, what is only guessed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.errors import FactsError
from pipeline.obligations import check_facts, read_context
from pipeline.records import ContextFact, Fact, Recording, Repeat, Span
from pipeline.settings import LawSettings
from tests.obligations.scene import BYE, HELLO, TALK, Scene, scene

PITCH = ("R", 10, "现在贷款利息打五折。", ("marketing_pitch", "贷款利息打五折"))
RECORDING = Recording("a.wav", "0" * 64, 1, 60_000, 8_000, 1, "pcm", "wav", "mono")
UNKNOWN = ContextFact("unknown", "guess", 0.0)


def context(
    call: Scene,
    *,
    facts: dict[str, str] | None = None,
    every: dict[str, str] | None = None,
    jurisdiction: tuple[str, ...] = (),
    recording: Recording | None = RECORDING,
) -> dict[str, ContextFact]:
    law = LawSettings(jurisdiction=jurisdiction, facts=every or {})
    return read_context(call.transcript, call.cues, recording, law, facts or {})


def test_nothing_known_is_a_guess_without_confidence() -> None:
    found = context(scene(TALK, BYE))
    assert found == {n: UNKNOWN for n in ("call_kind", "voice", "direction", "line", "jurisdiction")}


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("marketing", [HELLO, PITCH]),
        ("debt_collection", [HELLO, ("R", 5, "您的借款账单已经逾期十二天。"), PITCH]),
        ("service_notice", [HELLO, ("R", 5, "您有一个快递请领取。")]),
        ("survey", [HELLO, ("R", 5, "想了解您的满意度，一共三题。")]),
        ("suspected_fraud", [HELLO, ("R", 5, "您的账户将被全部冻结。")]),
        ("inbound_customer_service", [("R", 5, "您好，欢迎致电悦程旅行。"), PITCH]),
        ("unknown", [HELLO, ("C", 5, "我的快递呢？逾期了。")]),
    ],
)
def test_the_kind_of_call_is_only_ever_guessed_from_the_callers_words(kind: str, lines: list[tuple]) -> None:
    found = context(scene(*lines))["call_kind"]
    assert (found.value, found.source) == (kind, "guess")


def test_thanks_for_calling_later_in_the_call_do_not_make_it_a_hotline() -> None:
    call = scene(HELLO, TALK, ("R", 4, "感谢您的来电。"))
    assert context(call)["call_kind"].value != "inbound_customer_service"


@pytest.mark.parametrize(
    ("voice", "quote"),
    [
        ("prerecorded", "以下为预先录制的语音"),
        ("interactive_ai", "我是智能语音助手"),
        ("scripted_tts", "由系统自动呼出"),
    ],
)
def test_the_voice_is_what_the_caller_says_it_is(voice: str, quote: str) -> None:
    found = context(scene(HELLO, ("R", 5, quote, ("bot_disclosure", quote))))
    assert (found["voice"].value, found["voice"].source) == (voice, "heard")
    assert (found["caller_automated"].value, found["caller_automated"].source) == ("yes", "heard")


def test_a_callee_calling_it_a_robot_shows_nothing() -> None:
    found = context(scene(HELLO, TALK, ("C", 2, "你是机器人。", ("bot_disclosure", "你是机器人"))))
    assert found["voice"] == UNKNOWN and "caller_automated" not in found


def test_the_same_sound_twice_shows_an_automated_caller() -> None:
    call = scene(HELLO, TALK, BYE)
    repeats = (Repeat(Span(3_000, 6_000), Span(30_000, 33_000), 0.9),)
    twice = replace(call, transcript=replace(call.transcript, repeats=repeats))
    assert context(twice)["caller_automated"] == ContextFact("yes", "heard", 0.9)


def test_what_the_user_states_of_this_call_wins_over_what_of_all_and_this_over_the_file() -> None:
    named = replace(RECORDING, facts=(Fact("direction", "incoming", "file_name:xiaomi"),))
    call = scene(HELLO, PITCH)
    assert context(call, recording=named)["direction"] == ContextFact("to_user", "supplied", 0.9)
    every = {"direction": "outgoing", "line": "business"}
    found = context(call, recording=named, facts={"line": "mobile"}, every=every)
    assert found["direction"] == ContextFact("from_user", "supplied", 1.0)
    assert found["line"] == ContextFact("mobile", "supplied", 1.0)


def test_stated_facts_win_over_what_was_heard() -> None:
    quote = "我是智能语音助手"
    found = context(scene(HELLO, ("R", 5, quote, ("bot_disclosure", quote))), facts={"voice": "human"})
    assert found["voice"] == ContextFact("human", "supplied", 1.0)


def test_the_jurisdiction_comes_from_the_user_or_the_callees_number_never_from_the_language() -> None:
    call = scene(HELLO, PITCH)
    assert context(call)["jurisdiction"] == UNKNOWN
    assert context(call, jurisdiction=("US", "US-CA"))["jurisdiction"] == ContextFact("US,US-CA", "supplied", 1.0)
    assert context(call, facts={"jurisdiction": "us-ca; us"}, jurisdiction=("CN",))["jurisdiction"].value == "US-CA,US"
    for number, region in (("+8613800138000", "CN"), ("+85251234567", "HK"), ("+12015550123", "US")):
        assert context(call, facts={"callee_number": number})["jurisdiction"].value == region
    assert context(call, facts={"callee_number": "13800138000"})["jurisdiction"] == UNKNOWN
    assert context(call, facts={"callee_number": "+1"})["jurisdiction"] == UNKNOWN


def test_the_callees_mobile_number_tells_the_line_and_is_not_repeated() -> None:
    found = context(scene(HELLO, PITCH), facts={"callee_number": "+8613800138000"})
    assert (found["line"].value, found["line"].source) == ("mobile", "supplied")
    assert "13800138000" not in str(found)


def test_a_yes_or_no_that_a_rule_may_ask_for_is_kept() -> None:
    found = context(scene(HELLO, PITCH), facts={"bank_or_insurer": "是", "remark": "rude"})
    assert found["bank_or_insurer"] == ContextFact("yes", "supplied", 1.0)
    assert "remark" not in found


def test_a_value_no_rule_knows_is_named_with_those_there_are() -> None:
    with pytest.raises(FactsError, match="call_kind = 'spam'") as raised:
        check_facts({"call_kind": "spam"})
    assert "marketing" in str(raised.value)
    with pytest.raises(FactsError, match="caller_automated"):
        check_facts({"caller_automated": "maybe"})
    check_facts({"call_kind": "Debt collection", "voice": "unknown", "other_party": "anything", "line": ""})


def test_a_file_names_odd_word_is_no_fact() -> None:
    odd = replace(RECORDING, facts=(Fact("direction", "missed", "file_name:samsung"),))
    assert context(scene(HELLO, PITCH), recording=odd)["direction"].source == "guess"


def test_a_transcript_without_a_recording_has_a_context_too() -> None:
    assert context(scene(HELLO, PITCH), recording=None)["call_kind"].value == "marketing"
