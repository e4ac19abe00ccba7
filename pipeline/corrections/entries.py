"""corrections.toml: what a person may write there, read and checked as far as that goes without the call."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from pipeline.config import near
from pipeline.errors import CorrectionsError
from pipeline.records import CueLabel, Role

CORRECTIONS_FILE = "corrections.toml"

_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Note = Annotated[str, StringConstraints(strip_whitespace=True)]
_OF_THE_FILE = ("by", "reading", "sha256")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One table of the file. where: the place, for messages. by: who corrects, else the file's own `by`."""

    where: str
    by: _Note = ""
    note: _Note = ""


@dataclass(frozen=True, kw_only=True)
class Confirm(Entry):
    """The machine's cue is right."""

    cue: _Name


@dataclass(frozen=True, kw_only=True)
class Reject(Entry):
    """The machine's cue is wrong; or, with turn and label, nothing in that turn is such a cue, however faint."""

    cue: _Name | None = None
    turn: _Name | None = None
    label: CueLabel | None = None


@dataclass(frozen=True, kw_only=True)
class Add(Entry):
    """A cue the machine did not find. quote: words of the turn as they stand after the corrections of its text."""

    turn: _Name
    label: CueLabel
    quote: _Name
    level: Annotated[int, Field(ge=1, le=4)] | None = None


@dataclass(frozen=True, kw_only=True)
class FixRole(Entry):
    """Who said a turn, or everything of one speaker."""

    role: Role
    turn: _Name | None = None
    speaker: _Name | None = None


@dataclass(frozen=True, kw_only=True)
class FixText(Entry):
    """What was said in a turn, all of it."""

    turn: _Name
    text: _Name


@dataclass(frozen=True, kw_only=True)
class FixWord(Entry):
    """Words of a turn put right. nth: which occurrence of `was`, from 1; needed where there are several."""

    turn: _Name
    was: _Name
    now: _Name
    nth: Annotated[int, Field(ge=1)] | None = None


_KINDS: Mapping[str, type[Entry]] = {
    "confirm": Confirm,
    "reject": Reject,
    "add": Add,
    "role": FixRole,
    "text": FixText,
    "word": FixWord,
}


@dataclass(frozen=True)
class Corrections:
    """The file, read. reading: the mark of the reading it was written for; sha256: of the recording, None if left out.

    entries: by kind, in the order of _KINDS, within a kind in the file's own order.
    """

    path: Path
    reading: str | None
    sha256: str | None
    entries: tuple[Entry, ...]


def read_corrections(path: Path) -> Corrections:
    """Read and check a corrections.toml. Raises CorrectionsError naming the line and the entry at fault."""
    try:
        source = path.read_text(encoding="utf-8-sig")
        tables = tomllib.loads(source)
    except OSError as error:
        raise CorrectionsError(f"{path}: cannot be read ({error.strerror or error}).", tip="Check the file.") from error
    except UnicodeDecodeError as error:
        raise CorrectionsError(
            f"{path}: not UTF-8 text (byte {error.start}).", tip="Save it as UTF-8 in the editor."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise CorrectionsError(
            f"{path}: not TOML ({error}).",
            tip='Every entry is a line such as [[reject]] with lines name = "value" under it.',
        ) from error
    known = {*_KINDS, *_OF_THE_FILE}
    for name in tables:
        if name not in known:
            raise CorrectionsError(f"{path}: nothing here is called {name}.", tip=near(name, known))
    own = {name: _text(tables[name], name, path) for name in _OF_THE_FILE if name in tables}
    entries = [entry for kind in _KINDS for entry in _entries(kind, tables.get(kind, []), path, source, own.get("by"))]
    return Corrections(path, own.get("reading"), own.get("sha256"), tuple(entries))


def _text(value: object, name: str, path: Path) -> str:
    if not isinstance(value, str) or not value.strip():
        raise CorrectionsError(f"{path}: {name} = {value!r} is no text.", tip=f'Write it as {name} = "…".')
    return value.strip()


def _entries(kind: str, tables: object, path: Path, source: str, by: str | None) -> Iterator[Entry]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise CorrectionsError(
            f"{path}: [{kind}] is not a list of entries.", tip=f"Write [[{kind}]], with two brackets."
        )
    heads = re.finditer(rf"^[ \t]*\[\[[ \t]*{kind}[ \t]*\]\]", source, re.MULTILINE)
    lines = [source.count("\n", 0, head.end()) + 1 for head in heads]
    for number, table in enumerate(tables, 1):
        line = f", line {lines[number - 1]}" if len(lines) == len(tables) else ""
        yield _entry(kind, table, f"{path}{line}, [[{kind}]] number {number}", by)


def _entry(kind: str, table: Mapping[str, Any], where: str, by: str | None) -> Entry:
    made = _KINDS[kind]
    hints = get_type_hints(made, include_extras=True)
    fields = {field.name: field for field in dataclasses.fields(made) if field.name != "where"}
    for name in table:
        if name not in fields:
            raise CorrectionsError(f"{where}: nothing here is called {name}.", tip=near(name, fields))
    for name, field in fields.items():
        if name not in table and field.default is dataclasses.MISSING:
            raise CorrectionsError(f"{where}: {name} is missing.", tip=f"An entry [[{kind}]] needs it.")
    checked: dict[str, Any] = {"by": by} if by else {}
    for name, value in table.items():
        try:
            checked[name] = TypeAdapter(hints[name]).validate_python(value, strict=True)
        except ValidationError as error:
            raise CorrectionsError(
                f"{where}: {name} = {value!r}: {error.errors()[0]['msg']}.", tip="Correct the value."
            ) from error
    entry = made(where=where, **checked)
    _check_target(entry)
    return entry


def _check_target(entry: Entry) -> None:
    """What one key alone cannot say."""
    match entry:
        case Reject(cue=cue, turn=turn, label=label) if (cue is None) == (turn is None) or (turn is None) != (
            label is None
        ):
            raise CorrectionsError(
                f"{entry.where}: what is rejected is not clear.",
                tip='Name a cue = "c…", or a turn = "t…" together with the label that nothing in it is.',
            )
        case FixRole(turn=turn, speaker=speaker) if (turn is None) == (speaker is None):
            raise CorrectionsError(
                f"{entry.where}: name either a turn or a speaker.", tip="A turn wins over its speaker's entry."
            )
        case Add(label=label, level=level) if (label == "refusal") != (level is not None):
            raise CorrectionsError(
                f"{entry.where}: a refusal has a level, and nothing else has.",
                tip="level = 1 busy, 2 not interested, 3 stop calling, 4 withdraws consent.",
            )
