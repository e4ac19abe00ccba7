"""Transcripts that exist already: every form that is read, and what is said where one cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.detect import Text, judge_text, read_texts, to_transcript
from pipeline.errors import TranscriptError
from pipeline.obligations import load_packs
from pipeline.records import OBLIGATIONS
from pipeline.settings import LawSettings, Settings


def read(tmp_path: Path, name: str, content: str) -> list[Text]:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    texts = list(read_texts(path))
    assert all(isinstance(text, Text) for text in texts), texts
    return texts  # type: ignore[return-value]


def judged(tmp_path: Path, line: dict[str, Any], settings: Settings | None = None) -> dict[str, Any]:
    (text,) = read(tmp_path, "in.jsonl", json.dumps(line) + "\n")
    return judge_text(text, settings=settings or Settings(), packs=load_packs())


def test_a_text_without_turns_is_one_turn_of_the_caller(tmp_path: Path) -> None:
    (text,) = read(tmp_path, "in.jsonl", '{"id": "a", "language": "en", "text": "Press 1. Goodbye."}\n')
    (turn,) = to_transcript(text, settings=Settings()).turns
    assert (turn.role, turn.text, turn.start_ms, turn.words) == ("caller", "Press 1. Goodbye.", None, ())


def test_cues_of_a_text_have_quotes_and_no_times_and_there_is_a_verdict_for_every_obligation(tmp_path: Path) -> None:
    line = judged(
        tmp_path, {"id": "a", "language": "en", "text": "Hello. This is an automated message from the city library."}
    )
    cue = next(cue for cue in line["cues"] if cue["label"] == "bot_disclosure")
    assert "automated message" in cue["quote"]
    assert "start_ms" not in cue and "end_ms" not in cue and "level" not in cue
    assert set(cue["votes"][0]) == {"matcher", "for", "score", "detail"}
    assert [verdict["obligation"] for verdict in line["verdicts"]] == list(OBLIGATIONS)
    words = {verdict["obligation"]: verdict["verdict"] for verdict in line["verdicts"]}
    assert words["bot_disclosure"] == "heard"
    assert {verdict["basis"] for verdict in line["verdicts"]} == {"text"}


def test_turns_keep_the_roles_and_times_they_came_with(tmp_path: Path) -> None:
    turns = [
        {"role": "caller", "text": "这里是平安银行,我们有一款低息贷款。", "start_ms": 0, "end_ms": 4_000},
        {"role": "callee", "text": "转人工。", "start_ms": 4_200, "end_ms": 5_000},
    ]
    line = judged(tmp_path, {"id": "b", "language": "zh-CN", "turns": turns})
    assert line["language"] == "zh"
    cue = next(cue for cue in line["cues"] if cue["label"] == "asks_human")
    assert cue["role"] == "callee" and 4_200 <= cue["start_ms"] < cue["end_ms"] <= 5_000


def test_findings_need_a_complete_text_and_a_chosen_law(tmp_path: Path) -> None:
    facts = {"call_kind": "marketing", "voice": "prerecorded", "line": "mobile", "direction": "to_user"}
    turns = [
        {"role": "caller", "text": "This is an automated message. We can lower the rate on your car insurance."},
        {"role": "callee", "text": "Stop calling me. Take me off your list."},
        {"role": "caller", "text": "Our special offer on car insurance ends today. Press one for your discount."},
    ]
    line = {"id": "c", "language": "en", "turns": turns}

    def made(**law: Any) -> list[Any]:
        findings: list[Any] = judged(tmp_path, line, Settings(law=LawSettings(facts=facts, **law)))["findings"]
        return findings

    assert made(jurisdiction=("CN",)) == []
    assert made(text_is_complete=True) == []
    assert made(jurisdiction=("CN",), text_is_complete=True)


@pytest.mark.parametrize(
    ("said", "words", "language"),
    [
        ("zh", "Failed English inquiries, please press it", "en"),
        ("en", "最后一次通知您，您有一个快件", "zh"),
        ("zh_TW", "Hello,这里是UPS国际快递,您有一份快递", "zh"),
        (None, "您有一个快件，请按9", "zh"),
        (None, "press nine", "en"),
        ("es", "oprima el uno", "es"),
    ],
)
def test_the_script_corrects_a_language_that_cannot_be_right(
    tmp_path: Path, said: str | None, words: str, language: str
) -> None:
    (text,) = read(tmp_path, "in.jsonl", json.dumps({"id": "a", "language": said, "text": words}))
    assert to_transcript(text, settings=Settings()).language == language


SRT = """1
00:00:00,500 --> 00:00:02,000
[SPEAKER_00]: This is a call from Acme,
press 9 to be

2
00:00:02,100 --> 00:00:03,500
[SPEAKER_00]: <i>removed</i> from our list.

3
01:00:09,000 --> 01:00:10,000
[SPEAKER_00]: Goodbye &amp; thanks.
"""


def test_lines_of_subtitles_are_joined_into_turns_that_end_at_a_pause(tmp_path: Path) -> None:
    (text,) = read(tmp_path, "call 7.srt", SRT)
    assert text.id == "call 7"
    first, last = to_transcript(text, settings=Settings()).turns
    assert first.text == "This is a call from Acme, press 9 to be removed from our list."
    assert (first.start_ms, first.end_ms, last.start_ms) == (500, 3_500, 3_609_000)
    assert last.text == "Goodbye & thanks."
    assert "".join(word.text for word in first.words) == first.text
    assert all(word.estimated for word in first.words)
    removed = next(word for word in first.words if "removed" in word.text)
    assert 2_100 <= removed.start_ms < removed.end_ms <= 3_500


def test_webvtt_gives_its_speakers_and_leaves_out_notes_and_settings(tmp_path: Path) -> None:
    content = (
        "WEBVTT - a call\n\nNOTE\nmade by hand\n\nSTYLE\n::cue {color: red}\n\n"
        "intro\n00:01.000 --> 00:02.000 align:start\n<v Anna>您好</v>\n\n"
        "00:02.500 --> 00:03.000\n<v.loud Ben>喂<00:02.700>你好</v>\n"
    )
    (text,) = read(tmp_path, "a.vtt", content)
    assert [(line.speaker, line.text, line.start_ms) for line in text.lines] == [
        ("Anna", "您好", 1_000),
        ("Ben", "喂你好", 2_500),
    ]


def test_whisper_and_whisperx_json_are_read_in_seconds(tmp_path: Path) -> None:
    whisper = {
        "text": " 您好 再见",
        "language": "zh",
        "segments": [
            {
                "id": 0,
                "start": 0.5,
                "end": 2.25,
                "text": " 您好，这里是平安银行。",
                "speaker": "SPEAKER_01",
                "words": [],
            },
            {"id": 1, "start": 2.3, "end": 3, "text": "再见", "speaker": "SPEAKER_01"},
        ],
    }
    (text,) = read(tmp_path, "call.json", json.dumps(whisper))
    assert text.language == "zh" and text.id == "call"
    (turn,) = to_transcript(text, settings=Settings()).turns
    assert (turn.text, turn.start_ms, turn.end_ms, turn.speaker) == (
        "您好，这里是平安银行。再见",
        500,
        3_000,
        "SPEAKER_01",
    )


def test_words_keep_the_times_whisper_gave_them(tmp_path: Path) -> None:
    words = [
        {"word": " Press", "start": 1.0, "end": 1.2, "probability": 0.9},
        {"word": " 9"},
        {"word": " now.", "start": 5.0, "end": 5.5, "score": 0.8},
    ]
    segment = {"start": 0.0, "end": 10.0, "text": " Press 9 now.", "words": words}
    (text,) = read(tmp_path, "a.json", json.dumps({"segments": [segment]}))
    (turn,) = to_transcript(text, settings=Settings()).turns
    assert [(word.text, word.start_ms, word.end_ms, word.estimated) for word in turn.words] == [
        ("Press", 1_000, 1_200, False),
        (" 9", 1_200, 1_200, True),
        (" now.", 5_000, 5_500, False),
    ]
    segment["words"] = words[:2]  # they do not make up the text: its time is shared out instead
    (text,) = read(tmp_path, "b.json", json.dumps({"segments": [segment]}))
    assert all(word.estimated for word in to_transcript(text, settings=Settings()).turns[0].words)


def test_several_speakers_without_roles_are_told_apart(tmp_path: Path) -> None:
    turns = [
        {"speaker": "A", "text": "喂，你好。"},
        {"speaker": "B", "text": "您好，我是平安银行的智能语音助手，给您介绍一款低息贷款产品，额度最高三十万元。"},
        {"speaker": "A", "text": "不需要，别再打了。"},
        {"speaker": "B", "text": "如需转人工请按0，如需退订请按9。"},
    ]
    (text,) = read(tmp_path, "in.jsonl", json.dumps({"id": "a", "language": "zh", "turns": turns}))
    transcript = to_transcript(text, settings=Settings())
    assert [turn.role for turn in transcript.turns] == ["callee", "caller", "callee", "caller"]
    assert transcript.role_reasons


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_bytes(b"\xef\xbb\xbf" + SRT.replace("\n", "\r\n").encode())
    (text,) = read_texts(tmp_path / "a.srt")
    assert isinstance(text, Text) and len(text.lines) == 3


def test_a_bad_line_is_an_error_with_its_number_and_the_next_line_is_read(tmp_path: Path) -> None:
    bad = [
        "not json",
        '["a list"]',
        '{"id": "x"}',
        '{"id": "x", "turns": [{"role": "seller", "text": "hi"}]}',
        '{"id": "x", "turns": [{"text": "hi", "start_ms": -1, "end_ms": 5}]}',
        '{"id": "x", "turns": [{"text": "hi", "start_ms": 9, "end_ms": 5}]}',
        '{"id": "x", "turns": [{"role": "caller"}]}',
        '{"id": "good", "text": "the same id"}',
    ]
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(['{"id": "good", "text": "hello"}', "", *bad, '{"id": "last", "text": "bye"}', ""]))
    found = list(read_texts(path))
    assert [text.id for text in found if isinstance(text, Text)] == ["good", "last"]
    errors = [str(error) for error in found if isinstance(error, TranscriptError)]
    assert len(errors) == len(bad)
    assert all(f"in.jsonl, line {number}" in error for number, error in enumerate(errors, 3))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.srt", b"1\n00:00:01,000 --> 00:00:0x,000\nhi\n", "line 2"),
        ("a.srt", b"1\n00:00:05,000 --> 00:00:01,000\nhi\n", "ends before it starts"),
        ("a.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nhi\n\nlost words\n", "line 6"),
        ("a.jsonl", b"\n\n", "empty"),
        ("a.jsonl", '{"text": "é"}'.encode("latin-1"), "not UTF-8"),
        ("a.json", b'{"segments": [{"start": "soon", "text": "hi"}]}', "segment 1"),
    ],
)
def test_a_transcript_that_cannot_be_read_says_where(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TranscriptError, match=says):
        list(read_texts(tmp_path / name))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match="cannot be read"):
        list(read_texts(tmp_path / "none.srt"))
