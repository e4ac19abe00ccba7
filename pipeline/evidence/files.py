"""Names and atomic writes: where a call's files lie, and how a file appears whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from pipeline.records import CallReport

#: Longest stem of a folder name, in UTF-8 bytes. Most file systems stop at 255 bytes, some zip tools earlier.
STEM_BYTES = 120

_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\ud800-\udfff]')
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def writable(text: str) -> str:
    """Text that UTF-8 can hold: a file name with undecodable bytes arrives as lone surrogates, which it cannot."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def write_atomically(path: Path, content: bytes) -> Path:
    """Write content to path so that a reader sees the old file or the new one, never a part.

    The temporary file lies in the same folder (a rename across file systems is not atomic). Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)  # mkstemp makes it 0600; a report is read by others
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def call_folder(report: CallReport) -> str:
    """The name of a call's folder in OUT: "<stem>-<first 8 of sha256>"."""
    return _folder_name(report.recording.file, report.recording.sha256)


def folder_names(files: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Folder names for (file, sha256) pairs, in the order given, no two alike even on a case-blind file system.

    Files of one stem differ by their hash; only copies of the same bytes under the same stem need a number: the
    first in order of file name keeps the plain name, the others get "-2", "-3", …
    """
    pairs = list(files)
    names: dict[int, str] = {}
    taken: set[str] = set()
    for position in sorted(range(len(pairs)), key=lambda i: (pairs[i], i)):
        plain = _folder_name(*pairs[position])
        name, number = plain, 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain}-{number}"
        taken.add(name.casefold())
        names[position] = name
    return tuple(names[i] for i in range(len(pairs)))


def _folder_name(file: str, sha256: str) -> str:
    stem = _UNSAFE.sub("_", unicodedata.normalize("NFC", PurePosixPath(file).stem))
    # Format characters (bidi overrides, zero-width) make two names look like one, or one look like another.
    stem = "".join(c for c in stem if unicodedata.category(c) != "Cf").strip(" .")
    stem = stem.encode()[:STEM_BYTES].decode(errors="ignore").rstrip(" .") or "call"
    # A file that could not even be hashed has no content to name it by; its path does, marked by an x no hash has.
    mark = sha256[:8] or "x" + hashlib.sha256(file.encode(errors="replace")).hexdigest()[:7]
    return f"{stem}-{mark}"
