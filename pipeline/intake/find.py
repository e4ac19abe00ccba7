"""Which files in the given folders are recordings, told by their content."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.intake.sniff import AUDIO_EXTENSIONS, HEAD_BYTES, sniff

__all__ = ["Candidate", "Found", "Skipped", "find_recordings"]

OUTPUT_MARK = "evidence.json"  # a folder that holds it is this tool's own output


@dataclass(frozen=True)
class Candidate:
    """A file to be examined. name: relative to its scanned root, with "/"."""

    path: Path
    name: str


@dataclass(frozen=True)
class Skipped:
    """A file or folder that is plainly not a recording. reason: a clause, e.g. "a text file"."""

    name: str
    reason: str


@dataclass(frozen=True)
class Found:
    recordings: tuple[Candidate, ...]
    skipped: tuple[Skipped, ...]


def find_recordings(paths: Sequence[Path]) -> Found:
    """Walk files and folders in a fixed order; each real file is taken once, however often it is reached.

    A file that is named or begins like a recording is a candidate even where it is broken, so that the break is
    reported. Raises UsageError for a path that does not exist.
    """
    recordings: list[Candidate] = []
    skipped: list[Skipped] = []
    seen: set[str] = set()
    for root in paths:
        if not root.exists():
            raise UsageError(
                f"{_readable(str(root))}: there is no such file or folder.",
                tip="Check the spelling; a name with spaces needs quotes.",
            )
        entries: Iterator[Candidate | Skipped] = (
            _walk(root, "", seen) if root.is_dir() else iter([Candidate(root, _readable(root.name))])
        )
        for entry in entries:
            if isinstance(entry, Skipped):
                skipped.append(entry)
                continue
            real = os.path.realpath(entry.path)
            if real in seen:
                continue
            seen.add(real)
            reason = _why_not(entry.path)
            if reason:
                skipped.append(Skipped(entry.name, reason))
            else:
                recordings.append(entry)
    return Found(_tell_apart(recordings), tuple(skipped))


def _walk(folder: Path, prefix: str, seen: set[str]) -> Iterator[Candidate | Skipped]:
    """Files of one folder, sorted by name, then its subfolders. Links are followed, never twice to one place."""
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Skipped(prefix.rstrip("/") or ".", f"the folder cannot be opened ({error.strerror})")
        return
    if any(entry.name == OUTPUT_MARK for entry in entries):
        yield Skipped(prefix.rstrip("/") or ".", "holds evidence written by callwitness")
        return
    for entry in entries:
        if not entry.is_dir():
            yield Candidate(folder / entry.name, prefix + _readable(entry.name))
    for entry in entries:
        if not entry.is_dir():
            continue
        name = prefix + _readable(entry.name)
        if entry.name.startswith("."):
            yield Skipped(name, "a hidden folder; name it on the command line to examine it")
        else:
            yield from _walk(folder / entry.name, f"{name}/", seen)


def _why_not(path: Path) -> str:
    """Why this file is plainly no recording; "" where it may be one."""
    named_audio = path.suffix.lower() in AUDIO_EXTENSIONS and not path.name.startswith("._")
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            return "not a regular file"
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        return "" if named_audio else f"cannot be read ({error.strerror})"
    sniffed = sniff(head, path.name)
    if named_audio or sniffed.kind in ("audio", "silk", "mp4"):
        return ""
    if sniffed.kind == "unknown":
        from pipeline.intake.decode import holds_sound  # PyAV: only where nothing cheaper can tell

        return "" if holds_sound(path) else "no sound inside that is known here"
    return sniffed.what


def _readable(name: str) -> str:
    """A file name that is not UTF-8 (old Chinese archives are GBK) as text that JSON can hold."""
    raw = os.fsencode(name)
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def _tell_apart(recordings: list[Candidate]) -> tuple[Candidate, ...]:
    """Two roots can hold the same relative name: such a name is given its parent folder's name in front."""
    counts = Counter(candidate.name for candidate in recordings)
    return tuple(
        replace(candidate, name=f"{_readable(_root_name(candidate))}/{candidate.name}")
        if counts[candidate.name] > 1
        else candidate
        for candidate in recordings
    )


def _root_name(candidate: Candidate) -> str:
    parts = Path(os.path.abspath(candidate.path)).parts
    depth = candidate.name.count("/") + 2
    return parts[-depth] if len(parts) >= depth else ""
