"""What makes a finding, what only a lead, and what neither."""

from __future__ import annotations

from dataclasses import replace

from pipeline.obligations import find_findings, load_packs, read_context
from pipeline.records import ContextFact, Finding, Repeat, Span, Verdict
from pipeline.settings import LawSettings
from tests.obligations.scene import BYE, HELLO, TALK, Scene, scene

PITCH = ("R", 10, "现在贷款利息打五折。", ("marketing_pitch", "贷款利息打五折"))
STOP = ("C", 2, "别再打了！", ("refusal", 3, "别再打了"))
NOT_INTERESTED = ("C", 2, "不需要。", ("refusal", 2, "不需要"))
ASKS_ROBOT = ("C", 2, "你是机器人吧？", ("asks_if_robot", "你是机器人吧"))
DENIES = ("R", 4, "我是真人客服。", ("bot_denial", "我是真人客服"))
DISCLOSES = ("R", 5, "我是智能语音助手。", ("bot_disclosure", "我是智能语音助手"))
ASKS_HUMAN = ("C", 2, "转人工。", ("asks_human", "转人工"))
PACKS = load_packs()
DAY = "2026-03-01T10:00:00+08:00"
SELLING = {"call_kind": "marketing", "direction": "to_user"}


def found(
    call: Scene,
    facts: dict[str, str],
    *,
    jurisdiction: str = "CN",
    day: str | None = DAY,
    text: bool = False,
    complete: bool = False,
) -> tuple[dict[str, Verdict], dict[str, Finding]]:
    call = call.cut_off_turn_times() if text else call
    verdicts = tuple(call.judged(basis="text" if text else "audio").values())
    law = LawSettings(jurisdiction=tuple(j for j in jurisdiction.split(",") if j))
    context = read_context(call.transcript, call.cues, None, law, facts)
    kept, findings = find_findings(verdicts, call.cues, context, started_at=day, packs=PACKS, text_is_complete=complete)
    return {v.obligation: v for v in kept}, {f.rule_id: f for f in findings}


def test_facts_that_were_stated_make_a_finding_and_the_verdict_names_it() -> None:
    verdicts, findings = found(scene(HELLO, PITCH, TALK), SELLING)
    consent = findings["cn.consent.cpr24"]
    assert (consent.kind, consent.to_confirm, consent.weight) == ("finding", (), "G")
    assert consent.id in verdicts["consent"].finding_ids
    assert consent.cue_ids == verdicts["consent"].cue_ids
    assert consent.norm["article"] == "第二十四条" and consent.norm["from"] == "2024-07-01"
    assert "00:03.5" in consent.wording.zh and "贷款利息打五折" in consent.wording.zh
    assert "00:03.5–00:44.5" in consent.wording.en
    assert consent.clip is None


def test_ids_count_up_over_the_call_and_every_finding_feeds_one_verdict() -> None:
    verdicts, findings = found(scene(HELLO, PITCH, STOP, PITCH, TALK), SELLING)
    ids = [f.id for f in findings.values()]
    assert ids == [f"f{n + 1}" for n in range(len(ids))] and len(ids) > 3
    assert [i for v in verdicts.values() for i in v.finding_ids] == ids
    assert found(scene(HELLO, PITCH, STOP, PITCH, TALK), SELLING) == (verdicts, findings)


def test_a_guess_makes_a_lead_that_says_what_to_confirm() -> None:
    _, findings = found(scene(HELLO, PITCH, TALK), {})
    lead = findings["cn.consent.cpr24"]
    assert lead.kind == "lead"
    assert "the kind of call" in lead.to_confirm[0].en and "a sales call" in lead.to_confirm[0].en
    assert "来电类型" in lead.to_confirm[0].zh and "营销推销" in lead.to_confirm[0].zh


def test_an_unknown_date_makes_a_lead_and_a_date_before_the_rule_nothing() -> None:
    call = scene(HELLO, PITCH, TALK)
    _, undated = found(call, SELLING, day=None)
    assert undated["cn.consent.cpr24"].kind == "lead"
    assert "2024-07-01" in undated["cn.consent.cpr24"].to_confirm[0].en
    _, unreadable = found(call, SELLING, day="last week")
    assert unreadable["cn.consent.cpr24"].kind == "lead"
    _, before = found(call, SELLING, day="2024-06-30")
    assert "cn.consent.cpr24" not in before and before["cn.consent.cpl29"].kind == "finding"


def test_a_stated_fact_that_does_not_fit_leaves_the_rule_out() -> None:
    _, findings = found(scene(HELLO, PITCH, TALK), {"call_kind": "survey"})
    assert "cn.consent.cpr24" not in findings


def test_law_that_was_not_chosen_is_not_applied() -> None:
    call = scene(HELLO, PITCH, TALK)
    assert found(call, SELLING, jurisdiction="")[1] == {}
    assert all(f.jurisdiction == "CN" for f in found(call, SELLING, jurisdiction="CN")[1].values())


def test_a_need_from_outside_the_audio_is_confirmed_denied_or_left_open() -> None:
    call = scene(HELLO, PITCH, ASKS_HUMAN, TALK)
    both = {"telecom_operator": "yes", "older_or_disabled": "yes"}
    assert found(call, both)[1]["cn.human.asked"].kind == "finding"
    half = found(call, {"telecom_operator": "yes"})[1]["cn.human.asked"]
    assert half.kind == "lead" and len(half.to_confirm) == 1
    assert "cn.human.asked" not in found(call, {**both, "telecom_operator": "no"})[1]
    assert "00:14.0" in half.wording.zh and "00:46.5" not in half.wording.zh.split("至通话结束")[0]


def test_a_caller_who_may_be_a_person_is_not_reproached_with_hiding_a_robot() -> None:
    verdicts, findings = found(scene(HELLO, PITCH, TALK), SELLING)
    assert verdicts["bot_disclosure"].verdict == "not_heard"
    assert not [f for f in findings.values() if f.obligation == "bot_disclosure"]
    assert "Nothing here shows whether the caller was a robot." in verdicts["bot_disclosure"].reason.en
    assert "无法显示主叫方是否为机器人" in verdicts["bot_disclosure"].reason.zh


def test_a_person_who_says_so_is_not_reproached_either() -> None:
    call = scene(HELLO, DENIES, PITCH, TALK)
    for facts in (SELLING, {**SELLING, "voice": "human"}, {**SELLING, "caller_automated": "no"}):
        verdicts, findings = found(call, facts)
        assert verdicts["bot_disclosure"].verdict == "contradicted"
        assert not [f for f in findings.values() if f.obligation == "bot_disclosure"]


def test_the_users_statement_is_evidence_of_a_robot_and_is_named() -> None:
    for facts in ({"voice": "interactive_ai"}, {"voice": "scripted_tts"}):
        verdicts, findings = found(scene(HELLO, PITCH, TALK), {**SELLING, **facts})
        finding = findings["cn.ai.label4"]
        assert finding.kind == "finding" and finding.weight == "G"
        assert "接听人的陈述" in finding.wording.zh
        assert "Nothing here shows" not in verdicts["bot_disclosure"].reason.en
    _, automated = found(scene(HELLO, PITCH, TALK), {**SELLING, "caller_automated": "yes"})
    assert automated["cn.ai.label4"].kind == "lead"  # which kind of voice is still open


def test_the_callers_own_words_elsewhere_are_evidence_and_are_cited() -> None:
    _, findings = found(scene(HELLO, PITCH, ASKS_ROBOT, DENIES, TALK, DISCLOSES), SELLING)
    finding = findings["cn.truth.cpl8_20"]
    assert "我是智能语音助手" in finding.wording.zh and "你是机器人吧" in finding.wording.zh
    assert {"c1", "c2", "c3"} <= set(finding.cue_ids)


def test_the_same_sound_twice_is_evidence() -> None:
    call = scene(HELLO, PITCH, TALK)
    repeats = (Repeat(Span(3_500, 6_500), Span(20_000, 23_000), 0.9),)
    twice = replace(call, transcript=replace(call.transcript, repeats=repeats))
    _, findings = found(twice, SELLING)
    assert "同一段声音" in findings["cn.ai.label4"].wording.zh


def test_a_guess_that_it_is_a_robot_is_no_evidence() -> None:
    call = scene(HELLO, PITCH, TALK)
    context = {
        "jurisdiction": ContextFact("CN", "supplied", 1.0),
        "voice": ContextFact("interactive_ai", "guess", 0.99),
        "caller_automated": ContextFact("yes", "guess", 0.99),
    }
    verdicts = tuple(call.judged().values())
    _, findings = find_findings(verdicts, call.cues, context, started_at=DAY, packs=PACKS)
    assert not [f for f in findings if f.obligation == "bot_disclosure"]


def test_a_call_the_user_placed_makes_no_finding_on_selling() -> None:
    call = scene(HELLO, PITCH, STOP, PITCH, TALK)
    for facts in ({**SELLING, "direction": "from_user"}, {"call_kind": "inbound_customer_service"}):
        _, findings = found(call, facts)
        assert not [f for f in findings.values() if f.obligation in ("consent", "opt_out")]
    hotline = scene(("R", 5, "您好，欢迎致电悦程旅行。"), PITCH, STOP, PITCH, TALK)
    assert not [f for f in found(hotline, {})[1].values() if f.obligation in ("consent", "opt_out")]


def test_text_makes_findings_only_where_the_user_says_it_is_complete() -> None:
    call = scene(HELLO, PITCH, TALK)
    verdicts, findings = found(call, SELLING, text=True)
    assert findings == {} and verdicts["consent"].finding_ids == ()
    _, complete = found(call, SELLING, text=True, complete=True)
    assert complete["cn.consent.cpr24"].kind == "finding"
    assert "所提供的文字" in complete["cn.consent.cpr24"].wording.zh


def test_going_on_after_a_refusal_is_told_with_both_moments() -> None:
    _, findings = found(scene(HELLO, PITCH, NOT_INTERESTED, PITCH, TALK), SELLING)
    finding = findings["cn.optout.cpr24.refused"]
    assert finding.weight == "P"
    assert "00:14.0" in finding.wording.en and "00:18.5" in finding.wording.en
    _, pushed = found(scene(HELLO, PITCH, NOT_INTERESTED, ("R", 5, "您再考虑一下，好不好？"), TALK), SELLING)
    assert "asking or offering again" in pushed["cn.optout.cpr24.refused"].wording.en


def test_a_rule_on_a_question_needs_the_question() -> None:
    facts = {"voice": "interactive_ai", "generative_ai": "yes"}
    asked = scene(HELLO, TALK, ASKS_ROBOT, DENIES, BYE)
    unasked = scene(HELLO, TALK, DENIES, BYE)
    assert found(asked, facts, jurisdiction="US-UT")[1]["us.ut.13-77-103"].kind == "finding"
    assert "us.ut.13-77-103" not in found(unasked, facts, jurisdiction="US-UT")[1]
    assert "us.ut.13-77-103" not in found(asked, facts, jurisdiction="US")[1]


def test_a_compliant_call_makes_no_finding() -> None:
    call = scene(
        HELLO,
        ("R", 5, "我是招商银行智能语音助手。", ("bot_disclosure", "智能语音助手"), ("caller_identity", "招商银行")),
        ("R", 4, "方便给您介绍一下吗？", ("consent_request", "方便给您介绍一下吗")),
        ("C", 2, "好的，你说吧。", ("consent_given", "好的，你说吧")),
        PITCH,
        ("R", 6, "转人工请按零，退订请按九。", ("human_offer", "转人工请按零"), ("optout_offer", "退订请按九")),
        BYE,
    )
    facts = {**SELLING, "telecom_operator": "yes", "older_or_disabled": "yes", "bank_or_insurer": "yes"}
    assert found(call, facts)[1] == {}
    assert found(call, {**facts, "line": "mobile"}, jurisdiction="US,US-CA,US-UT,US-ME")[1] == {}


def test_what_cannot_be_told_makes_no_finding() -> None:
    late = scene(PITCH, TALK, BYE, start_ms=100)
    verdicts, findings = found(late, {**SELLING, "voice": "interactive_ai"})
    assert verdicts["consent"].verdict == "cannot_tell" and findings == {}
