"""What is known about a call from outside its sound: calls.csv, media tags, and which of several sources wins."""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.errors import FactsError
from pipeline.records import Fact

__all__ = ["facts_for", "facts_from_tags", "merge_facts", "read_calls_csv"]

CSV_SOURCE = "calls.csv"
#: Columns whose values are a fixed list (vocabulary: "Facts about a call").
ALLOWED: dict[str, tuple[str, ...]] = {
    "direction": ("to_user", "from_user"),
    "call_kind": (
        "marketing",
        "debt_collection",
        "service_notice",
        "survey",
        "political",
        "charity",
        "suspected_fraud",
        "inbound_customer_service",
    ),
    "voice": ("prerecorded", "scripted_tts", "interactive_ai", "soundboard", "human", "unknown"),
    "line": ("mobile", "residential", "business"),
    "caller_automated": ("yes", "no"),
    "starts": ("complete", "late"),
}
_JURISDICTION = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")
_DELIMITERS = ",;\t"
_TIME_FORMS = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y%m%d",
    "%Y%m%d%H%M%S",
    "%Y年%m月%d日",
    "%Y年%m月%d日 %H:%M",
)
_TAGS = ("title", "artist", "album", "comment", "description", "date", "com.android.version", "creation_time")
_TAG_LENGTH = 300  # characters; a tag can hold a whole picture


def read_calls_csv(path: Path) -> dict[str, dict[str, str]]:
    """File name -> column -> value, as checked and normalised; empty cells are left out.

    Comma, semicolon or tab; UTF-8 (with or without mark), UTF-16 with mark, or GBK. Columns not known here are kept.
    Raises FactsError naming the line.
    """
    text = _text(path)
    lines = text.splitlines(keepends=True)
    first = 0
    if lines and lines[0].lower().startswith("sep="):
        delimiter, first = lines[0][4:5], 1
    else:
        header = next((line for line in lines if line.strip()), "")
        delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.reader(lines[first:], delimiter=delimiter, skipinitialspace=True, strict=True)
    rows: dict[str, dict[str, str]] = {}
    line_of: dict[str, int] = {}
    columns: list[str] | None = None
    try:
        for cells in reader:
            line = reader.line_num + first
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _columns(cells, path, line)
                continue
            row = _row(cells, columns, path, line)
            file = row.pop("file")
            if file in rows:
                raise FactsError(
                    f"{path}, line {line}: {file} was already given on line {line_of[file]}.",
                    tip="Keep one line for each recording.",
                )
            rows[file], line_of[file] = row, line
    except csv.Error as error:
        raise FactsError(
            f"{path}, line {reader.line_num + first}: the line cannot be read as a table ({error}).",
            tip='A cell that holds a quotation mark is written "like ""this""".',
        ) from error
    if columns is None:
        raise FactsError(f"{path}: the table is empty.", tip="Its first line names the columns; `file` is needed.")
    return rows


def facts_for(rows: Mapping[str, Mapping[str, str]], name: str) -> dict[str, str]:
    """The row for a recording named `name` ("folder/x.mp3"): by the whole name, or else by its last part."""
    whole = _file_key(name)
    return dict(rows.get(whole) or rows.get(whole.rsplit("/", 1)[-1]) or {})


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FactsError(f"{path}: cannot be read ({error.strerror}).", tip="Check the file's permissions.") from error
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return raw.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    raise FactsError(f"{path}: neither UTF-8 nor GBK text.", tip="Save it as CSV UTF-8.")


def _columns(cells: Sequence[str], path: Path, line: int) -> list[str]:
    columns = [cell.strip() for cell in cells]
    columns = [column.lower() if column.lower() in {*ALLOWED, *_FREE} else column for column in columns]
    while columns and not columns[-1]:
        columns.pop()
    if "file" not in columns:
        raise FactsError(
            f"{path}, line {line}: there is no column `file`.",
            tip="The first line names the columns: file, started_at, other_party, direction, …",
        )
    for column in columns:
        if not column or columns.count(column) > 1:
            raise FactsError(
                f"{path}, line {line}: the column name {column!r} is {'there twice' if column else 'empty'}.",
                tip="Give every column one name.",
            )
    return columns


_FREE = ("file", "started_at", "other_party", "callee_number", "jurisdiction", "note")


def _row(cells: Sequence[str], columns: Sequence[str], path: Path, line: int) -> dict[str, str]:
    if any(cell.strip() for cell in cells[len(columns) :]):
        raise FactsError(
            f"{path}, line {line}: {len(cells)} cells for {len(columns)} columns.",
            tip="Put a value that holds the separator into double quotes.",
        )
    row = {}
    for column, cell in zip(columns, cells, strict=False):
        value = cell.strip()
        if value:
            row[column] = _checked(column, value, path, line)
    if "file" not in row:
        raise FactsError(
            f"{path}, line {line}: no file is named.", tip="Write the recording's file name, or delete the line."
        )
    return row


def _checked(column: str, value: str, path: Path, line: int) -> str:
    if column == "file":
        return _file_key(value)
    if column in ALLOWED:
        word = value.lower().replace(" ", "_").replace("-", "_")
        if word not in ALLOWED[column]:
            raise FactsError(
                f"{path}, line {line}: {column} is {value!r}.", tip=f"It can be: {', '.join(ALLOWED[column])}."
            )
        return word
    if column == "started_at":
        started = _time(value)
        if not started:
            raise FactsError(
                f"{path}, line {line}: started_at is {value!r}, not a date and time that can be read in one way.",
                tip="Write it as 2024-05-01 12:30, with +08:00 after it if you want the time zone kept.",
            )
        return started
    if column == "jurisdiction":
        codes = [code.upper() for code in re.split(r"[\s,;+|]+", value) if code]
        if not all(_JURISDICTION.fullmatch(code) for code in codes):
            raise FactsError(f"{path}, line {line}: jurisdiction is {value!r}.", tip="Write CN, US or US-CA.")
        return ",".join(codes)
    return value


def _time(value: str) -> str:
    """ISO 8601 of a time written year first; "" otherwise. A date alone stays a date alone."""
    text = re.sub(r"(?<=\d)[/.](?=\d)", "-", value.strip()) if re.match(r"\d{4}[/.]", value.strip()) else value.strip()
    if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", text):
        text = "-".join(part.zfill(2) for part in text.split("-"))
    for form in _TIME_FORMS:
        try:
            when = datetime.strptime(text, form)
        except ValueError:
            continue
        return when.date().isoformat() if "%H" not in form else when.isoformat()
    if not re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", text):
        return ""
    try:
        return datetime.fromisoformat(text.replace(" +", "+")).isoformat()
    except ValueError:
        return ""


def _file_key(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip().replace("\\", "/")).removeprefix("./")


def facts_from_tags(tags: Mapping[str, str], *, duration_ms: int) -> tuple[Fact, ...]:
    """Facts in the media tags (lower-case key -> value), each with source "tag:<key>".

    started_at comes from com.apple.quicktime.creationdate (local, with its offset), else from creation_time: the start
    on an iPhone, the end on Android, whose writer stamps the file as it closes it. A file that was re-packed (encoder
    "Lavf…") carries the time of re-packing, which says nothing of the call.
    """
    facts = [
        Fact(key, " ".join(tags[key].split())[:_TAG_LENGTH], f"tag:{key}") for key in _TAGS if tags.get(key, "").strip()
    ]
    started = _tag_time(tags, duration_ms)
    return (started, *facts) if started else tuple(facts)


def _tag_time(tags: Mapping[str, str], duration_ms: int) -> Fact | None:
    apple = "com.apple.quicktime.creationdate"
    for key in (apple, "creation_time"):
        if key not in tags or (key != apple and tags.get("encoder", "").startswith("Lavf")):
            continue
        try:
            when = datetime.fromisoformat(tags[key])
        except ValueError:
            continue
        if when.year <= 1970:  # 1904 and 1970 are what a recorder without a clock writes
            continue
        if key != apple and "com.android.version" in tags:
            when -= timedelta(milliseconds=duration_ms)
        return Fact("started_at", when.isoformat(timespec="seconds"), f"tag:{key}")
    return None


def merge_facts(supplied: Mapping[str, str], *others: Sequence[Fact]) -> tuple[Fact, ...]:
    """One fact a name: calls.csv first, then the others in order. A different value that lost to calls.csv is kept as
    "overridden_<name>", so that the evidence shows what the file itself says.
    """
    facts = {name: Fact(name, value, CSV_SOURCE) for name, value in supplied.items()}
    overridden: dict[str, Fact] = {}
    for fact in (fact for group in others for fact in group):
        winner = facts.setdefault(fact.name, fact)
        if winner.source == CSV_SOURCE and winner.value != fact.value:
            overridden.setdefault(fact.name, Fact(f"overridden_{fact.name}", fact.value, fact.source))
    return (*facts.values(), *overridden.values())
