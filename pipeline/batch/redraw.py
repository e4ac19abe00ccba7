"""The pages and the index drawn again from the evidence, after a person's corrections."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pipeline.batch.lock import only_one
from pipeline.batch.workers import writing
from pipeline.corrections import Corrected, correct_evidence
from pipeline.errors import CorrectionsError, EvidenceError
from pipeline.evidence import write_call_page, write_index
from pipeline.evidence.document import EVIDENCE_FILE, read_content, read_evidence
from pipeline.evidence.files import write_atomically
from pipeline.evidence.index import INDEX_JSON
from pipeline.intake import Skipped
from pipeline.obligations import load_packs
from pipeline.records import CallReport

__all__ = ["Redrawn", "redraw"]


@dataclass(frozen=True)
class Redrawn:
    """What was drawn: by folder's name, in its order. refused: calls left as they were, each with its reason.

    remarks: by folder's name, how this version sees the settings of a corrected call's scan differently.
    """

    reports: dict[str, CallReport]
    refused: tuple[EvidenceError | CorrectionsError, ...]
    remarks: dict[str, tuple[str, ...]]


def redraw(out: Path) -> Redrawn:
    """Apply every corrections.toml, then draw every page and the index again from the evidence.

    A call whose corrections.toml is gone has the machine's own bytes again. A call with evidence that cannot be read,
    or corrections that do not fit, stays as it is (in the index too, where it can be read); the others are drawn.
    Raises EvidenceError where the folder holds no evidence, UsageError where a scan is writing to it.
    """
    files = sorted(out.glob(f"*/{EVIDENCE_FILE}"))
    if not files:
        raise EvidenceError(f"{out}: no evidence here.", tip="Name the folder that `callwitness scan` wrote with -o.")
    packs = load_packs()
    refused: list[EvidenceError | CorrectionsError] = []
    drawn: dict[str, Corrected] = {}
    listed: dict[str, CallReport] = {}
    with only_one(out), writing(out):
        for file in files:
            try:
                call = correct_evidence(read_content(file), file, packs=packs)
            except CorrectionsError as error:
                refused.append(error)
                listed[file.parent.name] = read_evidence(file)
            except EvidenceError as error:
                refused.append(error)
            else:
                _write(call, file)
                drawn[file.parent.name] = call
                listed[file.parent.name] = call.report
        write_index(list(listed.values()), out, _skipped_before(out), folders=list(listed))
    return Redrawn(
        {name: call.report for name, call in drawn.items()},
        tuple(refused),
        {name: call.remarks for name, call in drawn.items() if call.remarks},
    )


def _write(call: Corrected, file: Path) -> None:
    """The page, then the evidence: only where it changed, so that an untouched file keeps its date."""
    write_call_page(call.report, file.parent, None)
    if file.read_bytes() != call.content:
        write_atomically(file, call.content)


def _skipped_before(out: Path) -> tuple[Skipped, ...]:
    """What the last scan skipped, as its index has it; nothing where there is none that can be read."""
    try:
        listed = json.loads((out / INDEX_JSON).read_bytes())["skipped"]
        return tuple(Skipped(str(each["name"]), str(each["reason"])) for each in listed)
    except (OSError, ValueError, KeyError, TypeError):
        return ()
