"""What a scan has to do: which recordings are found, which are finished, where each one's evidence goes."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.batch.ledger import Entry, Ledger, resume_key
from pipeline.errors import EvidenceError, UsageError
from pipeline.evidence.document import EVIDENCE_FILE, read_evidence
from pipeline.evidence.files import folder_names
from pipeline.intake import Candidate, Skipped, facts_for, read_calls_csv
from pipeline.records import CallReport
from pipeline.settings import Settings
from pipeline.version import tool

__all__ = ["Done", "Plan", "Task", "content_hash", "finished_report", "make_plan", "outside", "refuse_output"]

CALLS_CSV = "calls.csv"
#: Failures that may pass on another day: a crash, memory, a permission, a decoder that has since been installed.
PASSING_FAILURES = frozenset({"internal", "crashed", "recording", "unsupported_codec"})
#: Containers whose header is asked for its length; none that can point to another file or address (a playlist).
DEMUXERS = "wav,aiff,caf,mp3,aac,flac,ogg,mov,matroska,amr,amrnb,amrwb,gsm,asf"
AV_TIME_BASE = 1_000_000  # ticks a second of a container's duration
NO_SUCH_RECORDING = "no recording of this name is here"
BYTES_PER_SECOND = 4000  # where the length cannot be read: 32 kbit/s, between AMR (12) and G.711 (64)


@dataclass(frozen=True)
class Task:
    """One recording to examine. sha256 is "" where the file cannot be read; seconds: length as its header has it."""

    path: Path
    name: str
    sha256: str
    folder: str
    key: str
    facts: Mapping[str, str]
    seconds: float


@dataclass(frozen=True)
class Done:
    """A recording that an earlier run finished under the same settings, and what it said."""

    entry: Entry
    report: CallReport


@dataclass(frozen=True)
class Plan:
    tasks: tuple[Task, ...]  # by name
    done: tuple[Done, ...]  # by name
    unused: tuple[Skipped, ...] = ()  # rows of a calls.csv that are about no recording here


def outside(candidates: Sequence[Candidate], out: Path) -> tuple[Candidate, ...]:
    """Leave out everything under `out`: a scan may have written there and been killed before its evidence was whole."""
    home = out.resolve()
    return tuple(each for each in candidates if not each.path.resolve().is_relative_to(home))


def make_plan(
    candidates: Sequence[Candidate], out: Path, *, settings: Settings, ledger: Ledger, models: str | None, force: bool
) -> Plan:
    """Sort the recordings into finished and to do, and give each its folder.

    models: digest of the models that would be used now; None where it is not known without loading them.
    The same bytes under the same name, found twice, are one call.
    """
    tables = {folder: read_calls_csv(folder / CALLS_CSV) for folder in _csv_folders(candidates)}
    found = {
        (candidate.name, content_hash(candidate.path)): candidate
        for candidate in sorted(candidates, key=lambda candidate: (candidate.name, str(candidate.path)), reverse=True)
    }
    calls = sorted({*found, *((entry.name, entry.sha256) for entry in ledger.entries)})
    folders = dict(zip(calls, folder_names(calls), strict=True))
    tasks: list[Task] = []
    done: list[Done] = []
    for (name, sha256), candidate in sorted(found.items()):
        facts = _facts(candidate, tables)
        key = resume_key(sha256=sha256, name=name, settings=settings, tool=tool(), facts=facts)
        folder = folders[name, sha256]
        entry = ledger.get(name, sha256)
        current = entry is not None and (entry.key, entry.folder) == (key, folder) and models in (None, entry.models)
        report = finished_report(entry, out) if entry is not None and current and not force else None
        if entry is not None and report is not None and entry.error_kind not in PASSING_FAILURES:
            done.append(Done(entry, report))
        else:
            tasks.append(Task(candidate.path, name, sha256, folder, key, facts, seconds_of(candidate.path)))
    return Plan(tuple(tasks), tuple(done), _unused(candidates, tables))


def content_hash(path: Path) -> str:
    """sha256 of a file's bytes, hex; "" where it cannot be read (examining it will say why)."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def seconds_of(path: Path) -> float:
    """Length by the container's header, seconds; guessed from the size where it has none. Only weighs the progress."""
    import av

    try:
        with av.open(str(path), container_options={"format_whitelist": DEMUXERS}) as container:
            if container.duration:
                return container.duration / AV_TIME_BASE
    except (av.FFmpegError, OSError, ValueError):
        pass
    try:
        return path.stat().st_size / BYTES_PER_SECOND
    except OSError:
        return 0.0


def finished_report(entry: Entry, out: Path) -> CallReport | None:
    """What the folder of a finished recording holds; None where it is gone, damaged or about another recording."""
    try:
        report = read_evidence(out / entry.folder / EVIDENCE_FILE)
    except EvidenceError:
        return None
    same = (report.recording.file, report.recording.sha256) == (entry.name, entry.sha256)
    return report if same else None


def _parents(candidate: Candidate) -> tuple[Path, ...]:
    """The folders from the recording's own up to the scanned root."""
    depth = len(candidate.name.split("/"))
    return tuple(candidate.path.parents)[:depth]


def _csv_folders(candidates: Sequence[Candidate]) -> tuple[Path, ...]:
    folders = {folder for candidate in candidates for folder in _parents(candidate)}
    return tuple(sorted(folder for folder in folders if (folder / CALLS_CSV).is_file()))


def _facts(candidate: Candidate, tables: Mapping[Path, Mapping[str, Mapping[str, str]]]) -> Mapping[str, str]:
    """The row about a recording in the nearest calls.csv that has one: by path from that folder, else by file name."""
    for folder in _parents(candidate):
        row = facts_for(tables.get(folder, {}), candidate.path.relative_to(folder).as_posix())
        if row:
            return row
    return {}


def _unused(candidates: Sequence[Candidate], tables: Mapping[Path, Mapping[str, object]]) -> tuple[Skipped, ...]:
    """Rows that no recording answers to: a slip of the pen there would silently cost a call its facts."""
    unused: list[Skipped] = []
    for folder, rows in tables.items():
        inside = [each.path.relative_to(folder) for each in candidates if each.path.is_relative_to(folder)]
        names = {unicodedata.normalize("NFC", name) for path in inside for name in (path.name, path.as_posix())}
        unused += [Skipped(f"{CALLS_CSV}: {row}", NO_SUCH_RECORDING) for row in rows if row not in names]
    return tuple(unused)


def refuse_output(out: Path, paths: Sequence[Path]) -> None:
    """Raise UsageError where writing to `out` would put results among the originals, or cannot work."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out}: this is a file; results need a folder.", tip="Choose another with -o.")
    for path in paths:
        if path.is_dir() and path.resolve() == out.resolve():
            raise UsageError(
                f"{out}: the output folder is the folder of the recordings; originals and results would mix.",
                tip=f"Choose another, for example: -o {out / 'callwitness'}",
            )
