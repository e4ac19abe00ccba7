"""corrections.toml beside evidence.json: the bytes that follow from the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.corrections.entries import CORRECTIONS_FILE
from pipeline.evidence.document import corrected_json, parse_evidence, uncorrected
from pipeline.records import CallReport

if TYPE_CHECKING:
    from pipeline.obligations import RulePack


@dataclass(frozen=True)
class Corrected:
    """The report of a call and the bytes of its evidence file.

    remarks: how this version sees the settings of the scan differently; only where something was corrected.
    """

    report: CallReport
    content: bytes
    remarks: tuple[str, ...] = ()


def correct_evidence(content: bytes, file: Path, *, packs: Sequence[RulePack]) -> Corrected:
    """What an evidence file becomes under the corrections.toml beside it; without one, what the machine wrote.

    content: the file's bytes as they are now, corrected before or not; the result is the same. Writes nothing.
    Raises EvidenceError, CorrectionsError.
    """
    parse_evidence(content, file)
    machine = uncorrected(content)
    report = parse_evidence(machine, file)
    path = file.with_name(CORRECTIONS_FILE)
    if not path.exists():
        return Corrected(report, machine)
    # Reading cues loads spaCy; a folder that nobody corrected is drawn without it.
    from pipeline.corrections.apply import apply_corrections
    from pipeline.corrections.entries import read_corrections
    from pipeline.corrections.stored import stored_settings

    after = apply_corrections(report, read_corrections(path), packs=packs)
    if after.machine is None:
        return Corrected(report, machine)
    written = corrected_json(machine, after)
    return Corrected(parse_evidence(written, file), written, stored_settings(report.settings)[1])
