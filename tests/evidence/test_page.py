"""report.html: what a reader finds on it, and what a hostile recording cannot make of it."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.evidence import write_call_page
from pipeline.evidence.page import call_page
from pipeline.evidence.playback import PLAYING_COPY
from pipeline.records import OBLIGATIONS, Audio, CallReport, ContextFact
from tests.builders import silence
from tests.evidence.seen_page import seen

FORBIDDEN = re.compile(r"illegal|违法|非法|guilty|有罪|is a robot\b(?!’)", re.IGNORECASE)


def text_of(page: bytes) -> str:
    """All text of a page in its order, but for style and script; spaces folded."""
    bare = re.sub(r"<(style|script)>.*?</\1>|<[^>]*>", "", page.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(bare).split())


def test_the_page_opens_in_the_language_of_the_call(
    chinese: CallReport, english: CallReport, failed: CallReport
) -> None:
    languages = [seen(call_page(r, sound=None)).all("html")[0].attributes["lang"] for r in (chinese, english, failed)]
    assert languages == ["zh-Hans", "en", "en"]


def test_every_verdict_is_a_sentence_in_both_languages_with_its_time(chinese: CallReport) -> None:
    text = text_of(call_page(chinese, sound=None))
    assert re.search(r"Asked for a person at 00:20\.3\s*; not provided before the recording ended\.", text)
    assert re.search(r"在\s*00:20\.3\s*处\s*要求转人工，至录音结束未提供。", text)


def test_an_absence_says_what_was_examined_in_the_words_of_the_law_notes(english: CallReport) -> None:
    text = text_of(call_page(english, sound=None))
    assert "Not heard in this recording (00:01.6–00:12.9 examined)" in text
    assert "在本段录音（00:01.6–00:12.9）中未听到" in text


def test_the_verdicts_come_before_the_findings_and_these_before_the_transcript(chinese: CallReport) -> None:
    headings = [e.attributes["id"] for e in seen(call_page(chinese, sound=None)).all("h2")]
    wanted = ["h-verdicts", "h-findings", "h-leads", "h-transcript", "h-facts", "h-recording", "h-method", "h-limits"]
    assert [h for h in headings if h in wanted] == wanted


def test_each_obligation_has_its_preconditions_folded_under_it(chinese: CallReport) -> None:
    page = seen(call_page(chinese, sound=None))
    assert [e.attributes["id"] for e in page.all("li") if "verdict" in (e.attributes.get("class") or "").split()] == [
        f"v-{o}" for o in OBLIGATIONS
    ]
    text = text_of(call_page(chinese, sound=None))
    assert "Preconditions: 1 of 2 held" in text
    assert "81 % of the examined speech is confident text; 90 % is needed" in text


def test_a_finding_shows_its_rule_its_weight_in_words_and_its_quotes(chinese: CallReport) -> None:
    text = text_of(call_page(chinese, sound=None))
    for shown in (
        "消费者权益保护法实施条例", "第二十四条", "in force from 2024-07-01", "V1: the article", "binding",
        "The recording itself shows the fact that matters", "别再打电话给我了", "source checked 2026-11-23",
    ):  # fmt: skip
        assert shown in text


def test_a_lead_lists_what_to_confirm(chinese: CallReport) -> None:
    text = text_of(call_page(chinese, sound=None))
    assert text.index("Leads: to be confirmed first") < text.index("该语音确为自动语音")


def test_a_rule_named_with_a_title_in_each_language_shows_each_in_its_own(chinese: CallReport) -> None:
    norm = {"title": "47 CFR 64.1200", "title_zh": "联邦法规", "article": "(b)(3)", "from": "1992-12-20", "to": None}
    report = dataclasses.replace(chinese, findings=(dataclasses.replace(chinese.findings[1], norm=norm),))
    page = call_page(report, sound=None).decode()
    assert '<span class="l" lang="en">47 CFR 64.1200</span><span class="l" lang="zh-Hans">联邦法规</span>' in page


@pytest.mark.parametrize(
    ("fact", "note"),
    [
        (None, True),
        (ContextFact("unknown", "guess", 0.0), True),
        (ContextFact("US", "supplied", 1.0), False),
    ],
)
def test_a_page_without_a_jurisdiction_says_that_law_was_not_chosen(
    english: CallReport, fact: ContextFact | None, note: bool
) -> None:
    report = dataclasses.replace(english, context={"jurisdiction": fact} if fact else {})
    text = text_of(call_page(report, sound=None))
    assert ("Law not chosen." in text) == note
    assert ("No finding under the rules of the chosen jurisdiction." in text) != note


def test_nothing_shows_a_robot_unless_a_fact_does(chinese: CallReport) -> None:
    assert "nothing here shows whether the caller was a robot" in text_of(call_page(chinese, sound=None))
    stated = {**chinese.context, "caller_automated": ContextFact("yes", "supplied", 1.0)}
    text = text_of(call_page(dataclasses.replace(chinese, context=stated), sound=None))
    assert "nothing here shows whether the caller was a robot" not in text


def test_no_page_calls_anything_illegal_or_a_voice_a_robot_s(
    chinese: CallReport, english: CallReport, failed: CallReport
) -> None:
    for report in (chinese, english, failed):
        said = re.sub(r"whether it is a robot", "", text_of(call_page(report, sound=None)))
        assert not FORBIDDEN.search(said)


def test_with_sound_every_turn_cue_and_gap_can_be_heard_by_one_click(chinese: CallReport) -> None:
    page = seen(call_page(chinese, sound=PLAYING_COPY))
    seeks = {int(e.attributes["data-seek"] or -1) for e in page.elements if "data-seek" in e.attributes}
    assert {t.start_ms for t in chinese.transcript.turns} <= seeks
    assert {c.start_ms for c in chinese.cues} <= seeks
    assert {g.start_ms for g in chinese.transcript.coverage.gaps} <= seeks
    assert [e.attributes["src"] for e in page.all("audio")] == [PLAYING_COPY]


def test_without_sound_there_is_no_player_and_no_dead_button(chinese: CallReport) -> None:
    page = seen(call_page(chinese, sound=None))
    assert not page.all("audio")
    assert not [e for e in page.elements if "data-seek" in e.attributes]


def test_every_mark_of_the_timeline_leads_to_its_quote(chinese: CallReport) -> None:
    page = seen(call_page(chinese, sound=None))
    ids = {e.attributes.get("id") for e in page.elements}
    marks = [e.attributes["href"] for e in page.all("a") if "mark" in (e.attributes.get("class") or "").split()]
    assert len(marks) == len(chinese.cues)
    assert {str(href)[1:] for href in marks} <= ids


def test_ids_are_not_used_twice(chinese: CallReport, hostile: CallReport) -> None:
    for report in (chinese, hostile):
        ids = [e.attributes["id"] for e in seen(call_page(report, sound=PLAYING_COPY)).elements if "id" in e.attributes]
        assert len(ids) == len(set(ids))


def test_every_control_has_a_name_in_both_languages_or_a_time(chinese: CallReport) -> None:
    page = call_page(chinese, sound=PLAYING_COPY).decode()
    for button in re.findall(r"<button[^>]*>(.*?)</button>", page, re.DOTALL):
        assert re.sub(r"<[^>]+>", "", button).strip()
    assert len(re.findall(r'<span class="l" lang="en">', page)) == len(re.findall(r'class="l" lang="zh-Hans">', page))


def test_doubtful_words_and_estimated_times_are_marked(chinese: CallReport) -> None:
    page = seen(call_page(chinese, sound=None))
    classes = [(e.attributes.get("class") or "").split() for e in page.all("span")]
    texts = [e.text for e, c in zip(page.all("span"), classes, strict=True) if "doubt" in c]
    assert texts[1:] == ["李", "呀"]
    assert any("est" in c for c in classes)


def test_the_same_words_are_not_doubtful_under_the_threshold_the_call_was_examined_with(chinese: CallReport) -> None:
    report = dataclasses.replace(chinese, settings={"speech": {"word_confidence": 0.1}})
    page = seen(call_page(report, sound=None))
    assert not [
        e.text for e in page.all("span") if e.text.strip() and "doubt" in (e.attributes.get("class") or "").split()
    ]


def test_a_failed_call_says_what_happened_and_what_to_do_and_judges_nothing(failed: CallReport) -> None:
    page = call_page(failed, sound=None)
    text = text_of(page)
    assert "the file ends in the middle" in text
    assert "If you have the original on the phone, copy it again." in text
    assert failed.recording.sha256 in text
    assert "h-verdicts" not in page.decode() and "Law not chosen" not in text


def test_a_failed_call_offers_no_sound_left_from_an_earlier_run(failed: CallReport, tmp_path: Path) -> None:
    (tmp_path / PLAYING_COPY).write_bytes(b"old")
    assert not seen(write_call_page(failed, tmp_path, None).read_bytes()).all("audio")


def test_a_call_in_which_nothing_was_said_has_a_page(failed: CallReport) -> None:
    report = dataclasses.replace(failed, outcome="examined", error=None)
    assert "No speech was transcribed." in text_of(call_page(report, sound=None))


def test_text_without_times_can_be_shown(chinese: CallReport) -> None:
    turns = tuple(dataclasses.replace(t, start_ms=None, end_ms=None, words=()) for t in chinese.transcript.turns)
    report = dataclasses.replace(
        chinese,
        recording=dataclasses.replace(chinese.recording, duration_ms=0),
        transcript=dataclasses.replace(chinese.transcript, turns=turns, tones=()),
        cues=tuple(dataclasses.replace(c, start_ms=None, end_ms=None) for c in chinese.cues),
        verdicts=tuple(dataclasses.replace(v, basis="text", examined=()) for v in chinese.verdicts),
    )
    text = text_of(call_page(report, sound=None))
    assert "Asked for a person in the text supplied; not provided" in text
    assert text.index("不需要") < text.index("感谢您的接听")


# Recorded text is hostile.


def test_only_our_own_script_and_style_are_in_the_page_and_the_policy_names_their_hashes(
    chinese: CallReport, hostile: CallReport
) -> None:
    ours = seen(call_page(chinese, sound=PLAYING_COPY))
    theirs = seen(call_page(hostile, sound=PLAYING_COPY))
    for tag in ("script", "style"):
        assert [e.text for e in theirs.all(tag)] == [e.text for e in ours.all(tag)]
        assert len(theirs.all(tag)) == 1
        digest = base64.b64encode(hashlib.sha256(theirs.all(tag)[0].text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in str(theirs.all("meta")[1].attributes["content"])
    policy = str(theirs.all("meta")[1].attributes["content"])
    assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy


def test_hostile_text_adds_no_element_and_no_attribute_that_runs(hostile: CallReport) -> None:
    page = seen(call_page(hostile, sound=PLAYING_COPY))
    assert not page.all("img")
    for element in page.elements:
        for name, value in element.attributes.items():
            assert not name.startswith("on") and name != "style", (element.tag, name)
            assert name not in ("href", "src") or not re.match(r"\w+:", value or "")


def test_hostile_text_is_shown_as_it_is_with_its_hidden_characters_made_visible(hostile: CallReport) -> None:
    page = call_page(hostile, sound=None).decode()
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e\u2028]", page)
    text = " ".join(e.text for e in seen(page.encode()).elements)
    assert "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}{at}⟨U+202E⟩gnp.exe" in text
    assert "x" * 10_000 in text


def test_the_page_names_no_address_on_any_network(chinese: CallReport, english: CallReport) -> None:
    for report in (chinese, english):
        assert not re.search(r"(https?:)?//[a-z]", call_page(report, sound=PLAYING_COPY).decode())


# Files.


def test_the_playing_copy_is_the_sound_to_16_bits_at_its_rate_and_channels(chinese: CallReport, tmp_path: Path) -> None:
    audio = silence(1_500, channels=2)
    write_call_page(chinese, tmp_path, audio)
    samples, rate = soundfile.read(tmp_path / PLAYING_COPY)
    assert (samples.shape, rate) == ((24_000, 2), 16_000)
    assert np.abs(samples.T - audio.samples).max() < 1 / 32_000


def test_sound_beyond_full_scale_is_clipped_and_never_wraps(chinese: CallReport, tmp_path: Path) -> None:
    loud = np.array([[1.5, -1.5, float("nan"), 0.0]], dtype=np.float32)
    write_call_page(chinese, tmp_path, Audio(loud, 16_000))
    samples, _ = soundfile.read(tmp_path / PLAYING_COPY)
    assert samples[0] > 0.99 and samples[1] < -0.99 and samples[2] == 0


def test_a_report_drawn_again_without_the_sound_keeps_its_player_and_its_bytes(
    chinese: CallReport, tmp_path: Path
) -> None:
    page = write_call_page(chinese, tmp_path, silence())
    first = page.read_bytes()
    assert write_call_page(chinese, tmp_path, None).read_bytes() == first
    assert sorted(p.name for p in tmp_path.iterdir()) == [PLAYING_COPY, "report.html"]


def test_a_page_written_without_any_sound_says_so(chinese: CallReport, tmp_path: Path) -> None:
    assert "No playing copy lies beside this page" in text_of(write_call_page(chinese, tmp_path, None).read_bytes())
