"""The ledger of an output folder: which recordings are finished, under which settings, with which models.

OUT/ledger.jsonl holds one JSON object a line. A line is appended and flushed to disk when a recording's evidence is
complete, so that a killed run loses nothing finished; a line cut in the middle by the kill is ignored. When a run ends
the file is written again, sorted, one line a call, so that its bytes do not depend on the order of the work.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.records import ModelUsed, Outcome, Tool
from pipeline.settings import Settings

__all__ = ["LEDGER_NAME", "Entry", "Ledger", "models_digest", "resume_key"]

LEDGER_NAME = "ledger.jsonl"


@dataclass(frozen=True)
class Entry:
    """One finished recording. key: resume_key(); models: models_digest(); folder: relative to OUT."""

    name: str
    sha256: str
    folder: str
    key: str
    models: str
    outcome: Outcome
    error_kind: str | None = None


def resume_key(*, sha256: str, name: str, settings: Settings, tool: Tool, facts: Mapping[str, str]) -> str:
    """What a result depends on, beside the models: sha256, hex."""
    parts = [sha256, name, settings.digest(), tool.name, tool.version, sorted(facts.items())]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def models_digest(models: tuple[ModelUsed, ...]) -> str:
    """sha256 over the recogniser's name and bytes, hex: the model a user exchanges.

    The small ones ship with a version of the tool, which is part of the key.
    """
    parts = sorted([model.name, model.revision, model.sha256] for model in models if model.role == "recogniser")
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class Ledger:
    """The finished recordings of one output folder; the last line about a (name, sha256) counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: dict[tuple[str, str], Entry] = {}
        for line in _lines(path):
            entry = _entry(line)
            if entry is not None:
                self._entries[entry.name, entry.sha256] = entry

    def get(self, name: str, sha256: str) -> Entry | None:
        return self._entries.get((name, sha256))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of them, by name, then hash."""
        return tuple(entry for _, entry in sorted(self._entries.items()))

    def add(self, entry: Entry) -> None:
        """Record a finished recording; on disk when this returns."""
        torn = bool(self._path.exists() and self._path.stat().st_size and not self._path.read_bytes().endswith(b"\n"))
        with self._path.open("ab") as file:
            file.write((b"\n" if torn else b"") + _line(entry))
            file.flush()
            os.fsync(file.fileno())
        self._entries[entry.name, entry.sha256] = entry

    def forget(self, entry: Entry) -> None:
        """Leave a recording out from the next compact() on."""
        self._entries.pop((entry.name, entry.sha256), None)

    def compact(self) -> None:
        """Write the file again: sorted, without lines that no longer count. Atomic."""
        fresh = self._path.with_suffix(".tmp")
        fresh.write_bytes(b"".join(_line(entry) for entry in self.entries))
        fresh.replace(self._path)


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines() if path.exists() else []


def _line(entry: Entry) -> bytes:
    return json.dumps(dataclasses.asdict(entry), ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _entry(line: bytes) -> Entry | None:
    try:
        values: Any = json.loads(line)
        return Entry(**values)
    except (ValueError, TypeError):  # cut by a kill, or by another version: that recording is examined again
        return None
