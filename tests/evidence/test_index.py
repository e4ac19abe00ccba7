"""The folder's index: every call once, totals that add up, nothing that a spreadsheet or browser would run."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pytest

from pipeline.evidence import call_folder, write_index
from pipeline.records import OBLIGATIONS, CallReport
from tests.evidence.seen_page import seen


@dataclass(frozen=True)
class Left:
    name: str
    reason: str


SKIPPED = (Left("notes.json", "a text file"), Left("<b>.txt", "a text file"))


@pytest.fixture
def reports(
    chinese: CallReport, english: CallReport, hostile: CallReport, failed: CallReport
) -> tuple[CallReport, ...]:
    return chinese, english, hostile, failed


def table(out: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((out / "index.csv").read_text(encoding="utf-8-sig"), newline="")))


def test_the_same_reports_in_any_order_give_the_same_bytes(reports: tuple[CallReport, ...], tmp_path: Path) -> None:
    write_index(reports, tmp_path / "a", SKIPPED)
    write_index(reports[::-1], tmp_path / "b", SKIPPED[::-1])
    names = ["index.csv", "index.html", "index.json"]
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == names
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_page_links_every_call_to_its_own_folder(reports: tuple[CallReport, ...], tmp_path: Path) -> None:
    write_index(reports, tmp_path)
    links = [str(e.attributes["href"]) for e in seen((tmp_path / "index.html").read_bytes()).all("a")]
    for report in reports:
        assert f"{call_folder(report)}/report.html" in [unquote(link) for link in links]


def test_folders_given_by_the_caller_are_used(chinese: CallReport, english: CallReport, tmp_path: Path) -> None:
    write_index([english, chinese], tmp_path, folders=["x-1", "y-2"])
    calls = json.loads((tmp_path / "index.json").read_bytes())["calls"]
    assert {c["file"]: c["folder"] for c in calls} == {english.recording.file: "x-1", chinese.recording.file: "y-2"}


def test_totals_are_the_sums_of_the_rows(reports: tuple[CallReport, ...], tmp_path: Path) -> None:
    write_index(reports, tmp_path)
    index = json.loads((tmp_path / "index.json").read_bytes())
    assert index["totals"]["calls"] == 4 and index["totals"]["failed"] == 1
    assert index["totals"]["findings"] == sum(int(r["findings"]) for r in table(tmp_path)) == 2
    for obligation in OBLIGATIONS:
        assert sum(index["totals"]["verdicts"][obligation].values()) == 3
    assert index["totals"]["verdicts"]["bot_disclosure"] == {"contradicted": 2, "not_heard": 1}


def test_the_table_has_one_row_a_call_with_its_verdict_words(reports: tuple[CallReport, ...], tmp_path: Path) -> None:
    write_index(reports, tmp_path)
    rows = {r["file"]: r for r in table(tmp_path)}
    assert len(rows) == 4
    row = rows["2024/通话录音@10086(10086)_20240501123000.mp3"]
    assert [row[o] for o in OBLIGATIONS] == [
        "contradicted", "asked_not_provided", "continued_after_refusal", "cannot_tell", "heard",
    ]  # fmt: skip
    assert (row["findings"], row["leads"], row["cues"], row["jurisdiction"]) == ("1", "1", "9", "CN")
    assert rows["calls/broken.m4a"]["error"] == "truncated"
    assert [rows["calls/broken.m4a"][o] for o in OBLIGATIONS] == [""] * 5


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", " =", "＝", "\r="])
def test_no_cell_starts_like_a_formula(chinese: CallReport, tmp_path: Path, start: str) -> None:
    recording = dataclasses.replace(chinese.recording, other_party=f"{start}cmd()", file=f"{start}a.wav")
    write_index([dataclasses.replace(chinese, recording=recording)], tmp_path)
    (row,) = table(tmp_path)
    for cell in row.values():
        assert not cell.lstrip().startswith(tuple("=+-@＝＋－＠")), cell


def test_a_number_with_a_plus_is_still_readable_in_the_table_and_whole_in_the_json(
    english: CallReport, tmp_path: Path
) -> None:
    write_index([english], tmp_path)
    assert table(tmp_path)[0]["other_party"] == "'+15551234567"
    assert json.loads((tmp_path / "index.json").read_bytes())["calls"][0]["other_party"] == "+15551234567"


def test_hostile_names_add_no_element_to_the_page(
    reports: tuple[CallReport, ...], hostile: CallReport, tmp_path: Path
) -> None:
    write_index(reports, tmp_path, SKIPPED)
    page = seen((tmp_path / "index.html").read_bytes())
    assert len(page.all("script")) == 1 and not page.all("img") and not page.all("b")
    assert not [n for e in page.elements for n in e.attributes if n.startswith("on") or n == "style"]
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e\u2028]", (tmp_path / "index.html").read_text("utf-8"))


def test_skipped_files_are_listed_with_their_reason(chinese: CallReport, tmp_path: Path) -> None:
    write_index([chinese], tmp_path, SKIPPED)
    page = seen((tmp_path / "index.html").read_bytes())
    assert "notes.json" in [e.text for e in page.all("bdi")]
    assert {"name": "notes.json", "reason": "a text file"} in json.loads((tmp_path / "index.json").read_bytes())[
        "skipped"
    ]


def test_each_row_passes_the_filters_that_fit_it(reports: tuple[CallReport, ...], tmp_path: Path) -> None:
    write_index(reports[:2] + reports[3:], tmp_path)
    page = seen((tmp_path / "index.html").read_bytes())
    kinds = [e.attributes["data-kinds"] for e in page.all("tr") if "data-kinds" in e.attributes]
    assert kinds == ["findings leads missed unknown", "failed", "missed"]


def test_an_empty_folder_has_an_index_that_says_so(tmp_path: Path) -> None:
    write_index([], tmp_path)
    assert "No recording was found." in (tmp_path / "index.html").read_text("utf-8")
    assert table(tmp_path) == []
    assert json.loads((tmp_path / "index.json").read_bytes())["totals"]["calls"] == 0
