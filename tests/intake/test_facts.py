"""calls.csv, and what media tags say."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import FactsError
from pipeline.intake import facts_for, read_calls_csv
from pipeline.intake.facts import ALLOWED, facts_from_tags

TABLE = (
    "file,started_at,other_party,direction,note\n1.wav,2024-05-01 12:30,10086,to_user,推销贷款\n二.amr,,,from_user,\n"
)
READ = {
    "1.wav": {"started_at": "2024-05-01T12:30:00", "other_party": "10086", "direction": "to_user", "note": "推销贷款"},
    "二.amr": {"direction": "from_user"},
}


def read(tmp_path: Path, content: str | bytes) -> dict[str, dict[str, str]]:
    path = tmp_path / "calls.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_calls_csv(path)


def refused(tmp_path: Path, content: str) -> str:
    with pytest.raises(FactsError) as caught:
        read(tmp_path, content)
    assert caught.value.tip
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_table_reads_in_any_usual_encoding_and_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    assert read(tmp_path, TABLE.replace(",", separator).encode(encoding)) == READ


def test_what_excel_writes_reads(tmp_path: Path) -> None:
    assert read(tmp_path, "sep=;\r\n" + TABLE.replace(",", ";").replace("\n", "\r\n")) == READ


def test_other_columns_are_kept_and_empty_cells_are_not(tmp_path: Path) -> None:
    rows = read(tmp_path, 'File, Direction ,Ticket\n"a, b.wav",To User,"x ""y"""\n\n')
    assert rows == {"a, b.wav": {"direction": "to_user", "Ticket": 'x "y"'}}


@pytest.mark.parametrize("column", ALLOWED)
def test_a_wrong_word_names_its_line_and_the_words_allowed(tmp_path: Path, column: str) -> None:
    message = refused(tmp_path, f"file,{column}\na.wav,{ALLOWED[column][0]}\nb.wav,robot!\n")
    assert "line 3" in message and "'robot!'" in message and all(word in message for word in ALLOWED[column])


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2024-05-01", "2024-05-01"),
        ("2024/5/1", "2024-05-01"),
        ("2024/5/1 9:05", "2024-05-01T09:05:00"),
        ("2024-05-01T12:30:05", "2024-05-01T12:30:05"),
        ("2024-05-01 12:30 +08:00", "2024-05-01T12:30:00+08:00"),
        ("20240501123000", "2024-05-01T12:30:00"),
        ("2024年5月1日 12:30", "2024-05-01T12:30:00"),
    ],
)
def test_times_written_year_first_are_read(tmp_path: Path, written: str, read_as: str) -> None:
    assert read(tmp_path, f"file,started_at\na.wav,{written}\n")["a.wav"]["started_at"] == read_as


@pytest.mark.parametrize(
    "written", ["05/01/2024", "01.05.2024 12:30", "yesterday", "2024-13-01", "2024-02-30 10:00", "12:30"]
)
def test_times_that_can_be_read_two_ways_or_none_are_refused(tmp_path: Path, written: str) -> None:
    assert "line 2" in refused(tmp_path, f"file,started_at\na.wav,{written}\n")


def test_jurisdictions_are_codes(tmp_path: Path) -> None:
    assert read(tmp_path, 'file,jurisdiction\na.wav,cn\nb.wav,"US, US-CA"\n') == {
        "a.wav": {"jurisdiction": "CN"},
        "b.wav": {"jurisdiction": "US,US-CA"},
    }
    assert "line 2" in refused(tmp_path, "file,jurisdiction\na.wav,China\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "empty"),
        ("name,direction\n", "no column `file`"),
        ("file,file\n", "there twice"),
        ("file,,note\n", "is empty"),
        ("file,note\na.wav,x\na.wav,y\n", "already given on line 2"),
        ("file,note\na.wav,x,y\n", "3 cells for 2 columns"),
        ("file,note\n,x\n", "no file is named"),
        ('file,note\na.wav,"x\n', "cannot be read as a table"),
    ],
)
def test_a_table_that_is_wrong_says_where(tmp_path: Path, content: str, said: str) -> None:
    assert said in refused(tmp_path, content)


def test_a_row_is_found_by_the_whole_name_or_its_last_part() -> None:
    rows = {"a/1.wav": {"note": "whole"}, "2.wav": {"note": "last"}}
    assert facts_for(rows, "a/1.wav") == {"note": "whole"}
    assert facts_for(rows, "b/2.wav") == {"note": "last"}
    assert facts_for(rows, "b/1.wav") == {}


def started(tags: dict[str, str]) -> tuple[str, str] | None:
    return next(
        ((fact.value, fact.source) for fact in facts_from_tags(tags, duration_ms=60_000) if fact.name == "started_at"),
        None,
    )


def test_an_iphones_own_time_is_taken_with_its_offset() -> None:
    tags = {"com.apple.quicktime.creationdate": "2024-05-01T12:30:00+08:00", "creation_time": "2024-05-01T04:30:09Z"}
    assert started(tags) == ("2024-05-01T12:30:00+08:00", "tag:com.apple.quicktime.creationdate")


def test_android_stamps_the_end_of_the_call() -> None:
    tags = {"creation_time": "2024-05-01T04:31:00.000000Z", "com.android.version": "14"}
    assert started(tags) == ("2024-05-01T04:30:00+00:00", "tag:creation_time")


@pytest.mark.parametrize(
    "tags",
    [
        {"creation_time": "1904-01-01T00:00:00Z"},
        {"creation_time": "1970-01-01T00:00:00Z"},
        {"creation_time": "lately"},
        {"creation_time": "2024-05-01T04:31:00Z", "encoder": "Lavf59.27.100"},
        {},
    ],
)
def test_a_stamp_that_says_nothing_of_the_call_is_no_start(tags: dict[str, str]) -> None:
    assert started(tags) is None
