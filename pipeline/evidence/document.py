"""evidence.json: the record of one call as canonical bytes, and back.

Canonical: UTF-8, keys sorted, two spaces of indent, one newline at the end, times as integers, every measured
number rounded to four decimals. The same report gives the same bytes on every machine.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pipeline.errors import EvidenceError
from pipeline.evidence.files import writable, write_atomically
from pipeline.records import SCHEMA_VERSION, CallReport

EVIDENCE_FILE = "evidence.json"
#: Decimals of a confidence, score or ratio; finer than any of them is known, coarse enough to hide rounding noise.
DECIMALS = 4
#: Keys of the contract that follow again from a corrected record; what the machine had stands under `machine`.
FOLLOWING = ("context", "cues", "findings", "tool", "transcript", "verdicts")
MARK_DIGITS = 12

_AGAIN = "Scan the recording again to write it anew, or restore the file from a copy."

#: Keys whose numbers lie in 0-1; always written with a decimal point, even where a stage handed over a plain 1.
SHARE_KEYS = re.compile(r"(^|_)confidence$|^(ratio|coverage|score)$")


@cache
def call_report_type() -> TypeAdapter[CallReport]:
    """The pydantic adapter of CallReport; building it takes tens of milliseconds, so once."""
    return TypeAdapter(CallReport)


def to_plain(report: CallReport) -> dict[str, Any]:
    """The report as JSON values (dict, list, str, int, float, bool, None) in the shapes of the contract.

    Raises EvidenceError for a number that JSON cannot hold.
    """
    written = call_report_type().dump_python(report, by_alias=True)
    # Settings are what somebody chose, to the last digit; all else is measured and rounded.
    plain: dict[str, Any] = {
        key: _plain(value, at=key, decimals=None if key == "settings" else DECIMALS) for key, value in written.items()
    }
    machine = plain["machine"]
    for cue in [*plain["cues"], *(machine["cues"] if machine else ())]:
        if cue["level"] is None:
            del cue["level"]
    if machine is None:
        del plain["machine"], plain["corrections"]
    return plain


def to_json(report: CallReport) -> bytes:
    """The report as canonical JSON. Raises EvidenceError for a number that JSON cannot hold."""
    return canonical(to_plain(report))


def canonical(plain: Mapping[str, Any]) -> bytes:
    """JSON values as the bytes of this project's JSON files."""
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False)
    return (text + "\n").encode()


def reading_mark(report: CallReport) -> str:
    """Twelve hex digits that name what the machine made of a recording: its turns and cues, under their ids.

    A correction speaks of ids, so it holds for the reading it was written for and for no other.
    """
    if report.machine is not None:
        return report.machine.mark
    turns = [[turn.id, turn.role, turn.speaker, turn.text] for turn in report.transcript.turns]
    cues = [[cue.id, cue.label, cue.turn_id, cue.start_ms, cue.quote] for cue in report.cues]
    named = writable(json.dumps([report.recording.sha256, turns, cues], ensure_ascii=False))
    return hashlib.sha256(named.encode()).hexdigest()[:MARK_DIGITS]


def uncorrected(content: bytes) -> bytes:
    """The bytes of an evidence file as they were before a person corrected it; the same bytes where nobody did."""
    plain = json.loads(content)
    machine = plain.pop("machine", None)
    if machine is None:
        return content
    del plain["corrections"]
    return canonical({**plain, **{key: machine[key] for key in FOLLOWING}})


def corrected_json(machine: bytes, report: CallReport) -> bytes:
    """The bytes for a corrected report. machine: those of the evidence before; they come back from `uncorrected`.

    Keys of `machine` that this version does not know are kept.
    """
    before, now = json.loads(machine), to_plain(report)
    follows = {key: now[key] for key in (*FOLLOWING, "corrections")}
    reading = {"mark": reading_mark(report), **{key: before[key] for key in FOLLOWING}}
    return canonical({**before, **follows, "machine": reading})


def write_evidence(report: CallReport, folder: Path) -> Path:
    """Write folder/evidence.json atomically and return its path. Raises EvidenceError, OSError."""
    return write_atomically(folder / EVIDENCE_FILE, to_json(report))


def read_evidence(path: Path) -> CallReport:
    """Read and check an evidence file (or the one in a call's folder). Unknown keys are let pass.

    Raises EvidenceError naming the file and the place in it that does not follow the schema.
    """
    file = path / EVIDENCE_FILE if path.is_dir() else path
    return parse_evidence(read_content(file), file)


def read_content(file: Path) -> bytes:
    """The bytes of an evidence file. Raises EvidenceError where they cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise EvidenceError(f"{file}: cannot be read ({error.strerror}).", tip=_AGAIN) from error


def parse_evidence(content: bytes, file: Path) -> CallReport:
    """The report that the bytes of an evidence file hold. file: its name for the messages. Raises EvidenceError."""
    try:
        found = json.loads(content)
    except UnicodeDecodeError as error:
        raise EvidenceError(f"{file}: not UTF-8 text (byte {error.start}).", tip=_AGAIN) from error
    except json.JSONDecodeError as error:
        raise EvidenceError(
            f"{file}: not JSON (line {error.lineno}, column {error.colno}: {error.msg}).", tip=_AGAIN
        ) from error
    _check_version(found, file)
    try:
        return call_report_type().validate_json(content, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        more = f" ({error.error_count() - 1} more places)" if error.error_count() > 1 else ""
        raise EvidenceError(f"{file}: {place}: {first['msg']}{more}.", tip=_AGAIN) from error


def _check_version(found: object, file: Path) -> None:
    version = found.get("schema_version") if isinstance(found, dict) else None
    if not isinstance(version, str):
        raise EvidenceError(
            f"{file}: no schema_version, so this is not an evidence file.",
            tip="Point to a folder that `callwitness scan` wrote, or to the evidence.json in it.",
        )
    if version.split(".")[0] != SCHEMA_VERSION.split(".")[0]:
        raise EvidenceError(
            f"{file}: written in schema {version}; this version reads {SCHEMA_VERSION}.",
            tip="Use the version of callwitness named in the file under tool.version, or scan the recording again.",
        )


def _plain(value: Any, *, at: str, decimals: int | None) -> Any:
    """JSON values only. `at` is the path so far, for the message."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return writable(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise EvidenceError(
                f"evidence: {at} is {value}, which JSON cannot hold.", tip="Report this as a fault of callwitness."
            )
        return value if decimals is None else round(value, decimals) + 0.0  # + 0.0 turns -0.0 into 0.0
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {
            _plain(str(key), at=at, decimals=decimals): _plain(
                float(item) if type(item) is int and decimals and SHARE_KEYS.search(str(key)) else item,
                at=f"{at}.{key}",
                decimals=decimals,
            )
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_plain(item, at=f"{at}.{i}", decimals=decimals) for i, item in enumerate(value)]
    raise EvidenceError(
        f"evidence: {at} is a {type(value).__name__}, which JSON cannot hold.",
        tip="Report this as a fault of callwitness.",
    )
