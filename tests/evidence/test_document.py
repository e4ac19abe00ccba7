"""evidence.json: canonical bytes out, a checked report in."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from pipeline.errors import EvidenceError
from pipeline.evidence import read_evidence, to_json, write_evidence
from pipeline.records import CallReport, ContextFact


def rewritten(report: CallReport, folder: Path, change: dict[str, object]) -> Path:
    """An evidence file of the report with some top-level keys changed."""
    path = folder / "evidence.json"
    path.write_text(json.dumps({**json.loads(to_json(report)), **change}), encoding="utf-8")
    return path


def test_reading_gives_back_the_same_bytes_for_rich_hostile_and_failed_reports(
    chinese: CallReport, hostile: CallReport, failed: CallReport, tmp_path: Path
) -> None:
    for report in (chinese, hostile, failed):
        path = write_evidence(report, tmp_path / report.recording.sha256)
        assert to_json(read_evidence(path)) == to_json(report) == path.read_bytes()


def test_reading_gives_back_an_equal_record_where_no_number_needed_rounding(failed: CallReport, tmp_path: Path) -> None:
    assert read_evidence(write_evidence(failed, tmp_path)) == failed


def test_the_bytes_are_utf8_with_sorted_keys_and_one_newline_at_the_end(chinese: CallReport) -> None:
    content = to_json(chinese)
    keys = list(json.loads(content))
    assert keys == sorted(keys)
    assert "通话录音".encode() in content
    assert content.endswith(b"}\n")


def test_measured_numbers_are_rounded_and_settings_are_not(chinese: CallReport) -> None:
    report = dataclasses.replace(chinese, settings={"speech": {"step": 0.123456789}})
    plain = json.loads(to_json(report))
    assert plain["cues"][0]["confidence"] == 0.9135
    assert plain["settings"]["speech"]["step"] == 0.123456789


def test_a_whole_number_for_a_confidence_gives_the_same_bytes_as_its_float(chinese: CallReport) -> None:
    whole = dataclasses.replace(chinese, context={"voice": ContextFact("human", "supplied", 1)})
    float_ = dataclasses.replace(chinese, context={"voice": ContextFact("human", "supplied", 1.0)})
    assert to_json(whole) == to_json(float_)


def test_votes_say_for_and_the_level_stands_only_with_a_refusal(chinese: CallReport) -> None:
    cues = {cue["id"]: cue for cue in json.loads(to_json(chinese))["cues"]}
    assert cues["c1"]["votes"][0] == {"matcher": "phrase", "for": True, "score": 0.9, "detail": "lexicon entry 12"}
    assert "level" not in cues["c1"]
    assert cues["c6"]["level"] == 3


def test_a_failed_call_has_every_array_and_all_are_empty(failed: CallReport) -> None:
    plain = json.loads(to_json(failed))
    assert plain["outcome"] == "failed"
    assert plain["error"]["kind"] == "truncated"
    assert [plain[k] for k in ("models", "cues", "verdicts", "findings")] == [[], [], [], []]
    assert plain["transcript"]["turns"] == plain["transcript"]["coverage"]["gaps"] == []


def test_a_file_name_that_is_no_unicode_can_still_be_written(failed: CallReport, tmp_path: Path) -> None:
    report = dataclasses.replace(failed, recording=dataclasses.replace(failed.recording, file="caf\udce9.wav"))
    assert read_evidence(write_evidence(report, tmp_path)).recording.file == "caf\ufffd.wav"


def test_a_number_that_json_cannot_hold_is_refused_with_its_place(chinese: CallReport) -> None:
    report = dataclasses.replace(chinese, cues=(dataclasses.replace(chinese.cues[0], confidence=float("nan")),))
    with pytest.raises(EvidenceError, match=r"cues\.0\.confidence is nan"):
        to_json(report)


def test_keys_of_a_later_version_are_let_pass(chinese: CallReport, tmp_path: Path) -> None:
    path = rewritten(chinese, tmp_path, {"schema_version": "1.7", "signatures": []})
    assert read_evidence(path).cues[0].id == "c1"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"outcome": "fine"}, "outcome: Input should be"),
        ({"cues": [{"id": "c1"}]}, r"cues\.0\.label: Field required \(\d+ more places\)"),
        ({"schema_version": "2.0"}, "written in schema 2.0; this version reads 1.0"),
        ({"schema_version": None}, "no schema_version"),
    ],
)
def test_an_error_names_the_file_and_the_place(
    chinese: CallReport, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    path = rewritten(chinese, tmp_path, change)
    with pytest.raises(EvidenceError, match=message) as caught:
        read_evidence(path)
    assert str(path) in str(caught.value)
    assert caught.value.tip


def test_a_time_written_as_text_is_an_error_not_a_guess(chinese: CallReport, tmp_path: Path) -> None:
    cue = {**json.loads(to_json(chinese))["cues"][0], "start_ms": "1500"}
    with pytest.raises(EvidenceError, match=r"cues\.0\.start_ms"):
        read_evidence(rewritten(chinese, tmp_path, {"cues": [cue]}))


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b'"text"'])
def test_what_is_no_evidence_file_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "evidence.json").write_bytes(content)
    with pytest.raises(EvidenceError, match=r"evidence\.json"):
        read_evidence(tmp_path)


def test_a_missing_file_is_an_evidence_error(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="cannot be read"):
        read_evidence(tmp_path / "evidence.json")
