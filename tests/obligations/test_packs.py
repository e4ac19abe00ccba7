"""The rule packs as shipped, and what is said of a pack that breaks its form."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import RulePackError
from pipeline.obligations import Rule, check_pack, describe_pack, describe_rule, load_packs
from pipeline.obligations.deny import banned_words, denied, deny_list
from pipeline.obligations.pack_check import PLACEHOLDERS
from pipeline.obligations.packs import pack_files
from pipeline.obligations.rules import ACCUSING

RULES: list[Rule] = [rule for pack in load_packs() for rule in pack.rules]

PACK = """jurisdiction = "CN"

[title]
en = "Testland"
zh = "测试"

[needs.sector]
en = "Confirm the sector."
zh = "请确认行业。"

[[rule]]
id = "cn.test"
obligation = "consent"
accuses = ["gap"]
applies = { call_kind = ["marketing"] }
needs = ["sector"]
norm.title = "A law"
norm.title_zh = "《某法》"
norm.article = "1"
norm.from = 2020-01-01
norm.status = "binding"
norm.grade = "V1"
norm.source = "somewhere"
norm.checked = 2026-11-23
weight = "G"
paraphrase.en = "No calls without consent."
paraphrase.zh = "未经同意不得拨打。"
wording.en = "Pitch at {time}: {quote}; examined {examined}."
wording.zh = "{time} 推销：{quote}；检查范围 {examined}。"
asks = ["stop_calls"]
examples.applies = [{ verdict = "gap", date = 2021-01-01, call_kind = "marketing", sector = "yes" }]
examples.not = [{ verdict = "gap", date = 2019-01-01, call_kind = "marketing", sector = "yes" }]
"""


def test_the_packs_as_shipped_have_nothing_wrong() -> None:
    assert [p for path in pack_files() for p in check_pack(path)] == []


def test_the_first_packs_are_mainland_china_and_the_united_states() -> None:
    assert [p.jurisdiction for p in load_packs()] == ["CN", "US"]
    assert all(r.id for r in RULES) and len({r.id for r in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_only_what_was_read_in_a_source_is_enabled(rule: Rule) -> None:
    assert (rule.norm.grade in ("V1", "V2")) is rule.enabled
    assert rule.norm.source and rule.norm.checked == date(2026, 11, 23)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_every_wording_in_both_languages_stays_within_what_a_report_says(rule: Rule) -> None:
    for verdict in rule.accuses:
        for text in (rule.wording[verdict].en, rule.wording[verdict].zh, rule.paraphrase.en, rule.paraphrase.zh):
            shown = text.format(**{name: "00:12.3" for name in PLACEHOLDERS[verdict]})
            assert "{" not in shown and banned_words(shown) == ()
        assert "{examined}" in rule.wording[verdict].en or "{time" in rule.wording[verdict].en
        named = [
            {p for p in PLACEHOLDERS[verdict] if "{" + p in w}
            for w in (rule.wording[verdict].en, rule.wording[verdict].zh)
        ]
        assert named[0] == named[1], "both languages name the same facts"
    assert denied(rule) == ()


def test_there_is_no_general_right_behind_the_chinese_rules_on_robots_and_people() -> None:
    chinese = [r for r in RULES if r.jurisdiction == "CN"]
    assert {r.weight for r in chinese if "not_heard" in r.accuses and r.obligation == "bot_disclosure"} == {"G"}
    assert {r.weight for r in chinese if r.obligation == "human_transfer"} == {"S"}
    for rule in chinese:
        if rule.obligation == "human_transfer":
            assert rule.needs, "binding only in a sector, which the user confirms"
        if rule.id.startswith("cn.ai."):
            assert "请主管部门核查" in rule.wording["not_heard"].zh


def test_the_three_core_wordings_say_what_is_not_claimed() -> None:
    by_id = {r.id: r for r in RULES}
    assert "不据此断定不存在同意" in by_id["cn.consent.cpr24"].wording["gap"].zh
    assert "not a claim that none exists" in by_id["cn.consent.cpr24"].wording["gap"].en
    assert "本工具不作鉴定" in by_id["cn.ai.label4"].wording["not_heard"].zh
    assert "未获转接、回拨安排或其他人工渠道" in by_id["cn.human.asked"].wording["asked_not_provided"].zh


def test_every_banned_word_and_denied_norm_is_caught(tmp_path: Path) -> None:
    from dataclasses import replace

    rule = next(r for r in RULES if r.id == "cn.consent.cpr24")
    samples = {
        "cn.draft-2020-sms-voice": "《通信短信息和语音呼叫服务管理规定》",
        "cn.sms-2015": "《通信短信息服务管理规定》",
        "cn.anthropomorphic-2026": "《人工智能拟人化互动服务管理暂行办法》",
        "cn.pipl24-as-right-to-a-person": "《个人信息保护法》",
        "cn.ecommerce18": "《电子商务法》",
        "cn.public-security-42": "《治安管理处罚法》",
        "cn.samr-order-20": "《市场监督管理投诉举报处理暂行办法》",
        "us.ca.17941": "California Business and Professions Code 17941",
        "us.ut.old-number": "Utah Code 13-75-103",
        "us.ut.scripted": "Utah Code 13-77-103",
        "us.fcc.24-84": "FCC 24-84",
        "us.fcc.one-to-one": "FCC one-to-one consent",
        "us.fcc.revoke-all": "the revoke-all rule",
        "eu.aia50-early": "Regulation (EU) 2024/1689",
        "us.call-center-bills": "Keep Call Centers in America Act",
        "cn.invented-standard": "15秒内转接人工",
        "cn.marketing-hours": "9:00-21:00",
    }
    articles = {
        "cn.pipl24-as-right-to-a-person": "第二十四条",
        "cn.ecommerce18": "第十八条",
        "cn.public-security-42": "第四十二条",
    }
    assert set(samples) == {e["id"] for e in deny_list()["deny"]}
    for entry, title in samples.items():
        norm = replace(rule.norm, title=title, title_zh=title, article=articles.get(entry, ""))
        bad = replace(rule, norm=norm, obligation="human_transfer" if "pipl24" in entry else rule.obligation)
        assert entry in denied(bad), entry
    said = ("This is illegal.", "a violation", "该公司违法", "they are guilty", "This is a robot.", "proves no consent")
    assert all(banned_words(text) for text in said)
    assert banned_words("We ask the authority to examine this. 请依法核查。") == ()


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "cn.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_pack_in_good_form_loads(tmp_path: Path) -> None:
    path = write(tmp_path, PACK)
    assert check_pack(path) == []
    assert load_packs(tmp_path)[0].rules[0].id == "cn.test"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('"CN"', '"China"', 1, "jurisdiction"),
        ('zh = "测试"', "", 3, "title: needs en and zh"),
        ('id = "cn.test"', 'id = "us.test"', 12, "must begin with the jurisdiction"),
        ('id = "cn.test"', "", 11, "id is missing"),
        ('"consent"\n', '"consents"\n', 13, "not one of"),
        ('accuses = ["gap"]', 'accuses = ["claimed"]', 14, "accuses"),
        ('["marketing"] }', '["spam"] }', 15, "applies.call_kind"),
        ('needs = ["sector"]', 'needs = ["trade"]', 16, "needs trade"),
        ('norm.title = "A law"', "", 18, "norm.title is missing"),
        ("norm.from = 2020-01-01", 'norm.from = "2020"', 20, "norm.from"),
        ("norm.from = 2020-01-01", "norm.from = 2020-01-01\nnorm.to = 2019-01-01", 21, "before norm.from"),
        ('"binding"', '"law"', 21, "norm.status"),
        ('"V1"', '"K"', 22, "set enabled = false"),
        ('weight = "G"', 'weight = "X"', 25, "weight"),
        ("{quote};", "{quotes};", 28, "{quotes}"),
        ("Pitch at", "Illegal pitch at", 28, "a report never"),
        ('norm.title = "A law"', 'norm.title = "FCC 24-84"', 17, "us.fcc.24-84"),
        ('"stop_calls"', '"jail"', 30, "asks: jail"),
        ("examples.not = [{", "examples.nots = [{", 31, "examples.not"),
        ("2019-01-01, call", "2022-01-01, call", 31, "should not apply"),
        ("2021-01-01, call", "2018-01-01, call", 31, "should apply"),
        ('weight = "G"', 'weight = "G"\nwait = 1', 26, "wait: no such key"),
        ("[title]", "[title", 3, "not TOML"),
    ],
)
def test_a_broken_pack_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    assert old in PACK
    path = write(tmp_path, PACK.replace(old, new, 1))
    problems = check_pack(path)
    assert problems and message in problems[0].message
    assert abs(problems[0].line - line) <= 1
    with pytest.raises(RulePackError, match=f"cn.toml:{problems[0].line}: "):
        load_packs(tmp_path)


def test_an_id_used_twice_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, PACK + PACK[PACK.index("[[rule]]") :])
    assert [p.message for p in check_pack(path)] == ["cn.test: this id is used twice"]


def test_a_folder_without_packs_is_told(tmp_path: Path) -> None:
    with pytest.raises(RulePackError, match="no rule pack"):
        load_packs(tmp_path)


def test_choosing_a_state_brings_the_federal_rules_and_not_another_states() -> None:
    chosen = {r.jurisdiction for p in load_packs(jurisdictions=("US-CA",)) for r in p.rules}
    assert chosen == {"US", "US-CA"}
    assert {r.jurisdiction for p in load_packs(jurisdictions=("US",)) for r in p.rules} == {"US"}
    assert load_packs(jurisdictions=("FR",)) == ()


def test_every_accusing_verdict_has_a_rule_somewhere_or_is_known_to_have_none() -> None:
    covered = {(r.obligation, v) for r in RULES for v in r.accuses}
    every = {(o, v) for o, words in ACCUSING.items() for v in words}
    assert every - covered == {("bot_disclosure", "heard_late")}


def test_rules_can_be_listed_and_shown() -> None:
    pack = load_packs()[0]
    listed = describe_pack(pack)
    assert {"id", "grade", "weight", "enabled", "norm"} <= listed["rules"][0].keys()
    assert "cn.plan2018" in listed["left_out"]
    shown = describe_rule(next(r for r in pack.rules if r.id == "cn.human.asked"), pack)
    assert shown["norm"]["from"] == "2023-09-01" and shown["needs"][0]["zh"].startswith("请确认")
