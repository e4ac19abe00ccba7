"""A machine's report and a person's corrections -> the report that follows from both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.call import conclude
from pipeline.corrections.cues import carry_over, correct_cues
from pipeline.corrections.entries import Corrections
from pipeline.corrections.remarks import with_remarks
from pipeline.corrections.stored import stored_facts, stored_settings
from pipeline.corrections.transcript import correct_transcript
from pipeline.cues import read_call
from pipeline.errors import CorrectionsError
from pipeline.evidence.document import reading_mark
from pipeline.records import CallReport, MachineReading
from pipeline.version import tool

if TYPE_CHECKING:
    from pipeline.obligations import RulePack


def apply_corrections(report: CallReport, corrections: Corrections, *, packs: Sequence[RulePack]) -> CallReport:
    """The corrected report: what the machine had is in `machine`, what was changed in `corrections`.

    report: the machine's own. Where a role or words were changed the cues of the whole call are read again; verdicts
    and findings always follow again, under the settings in the report. Without entries the report itself.
    Raises CorrectionsError for corrections of another recording or reading, or of something that is not there;
    EvidenceError for settings that cannot be used.
    """
    _check_made_for(report, corrections)
    if not corrections.entries:
        return report
    settings, _ = stored_settings(report.settings)
    fixed = correct_transcript(report.transcript, corrections.entries)
    reading = read_call(fixed.transcript, settings=settings.cues)
    as_before = fixed.transcript == report.transcript
    read = report.cues if as_before else carry_over(report.cues, reading.cues)
    cues = correct_cues(
        report.cues, read, reading.traces, fixed.transcript, corrections.entries, settings=settings.cues
    )
    follows = conclude(
        report.recording,
        fixed.transcript,
        cues.cues,
        traces=cues.traces,
        settings=settings,
        facts=stored_facts(report.recording),
        packs=packs,
    )
    return replace(
        report,
        tool=tool(),
        context=follows.context,
        transcript=fixed.transcript,
        cues=cues.cues,
        verdicts=with_remarks(follows.verdicts, report.verdicts, rejected=cues.rejected, fallen=cues.fallen),
        findings=follows.findings,
        corrections=(*fixed.corrections, *cues.corrections),
        machine=MachineReading(
            mark=reading_mark(report),
            tool=report.tool,
            transcript=report.transcript,
            context=report.context,
            cues=report.cues,
            verdicts=report.verdicts,
            findings=report.findings,
        ),
    )


def _check_made_for(report: CallReport, corrections: Corrections) -> None:
    path, mark = corrections.path, reading_mark(report)
    if corrections.sha256 is not None and corrections.sha256.lower() != report.recording.sha256:
        raise CorrectionsError(
            f"{path}: made for another recording (sha256 {corrections.sha256[:12]}…); "
            f"this one, {report.recording.file}, has {report.recording.sha256[:12]}….",
            tip="Put the file beside the evidence of its own recording.",
        )
    if not corrections.entries:
        return
    if report.outcome == "failed":
        raise CorrectionsError(
            f"{path}: {report.recording.file} could not be examined, so there is nothing to correct.",
            tip="Delete the file, or mend the recording and scan it again.",
        )
    line = f'reading = "{mark}"'
    if corrections.reading is None:
        raise CorrectionsError(
            f"{path}: does not say which reading it corrects; names such as c4 change when a call is heard anew.",
            tip=f"If you took the names from the page as it is now, write this line at the top: {line}",
        )
    if corrections.reading.lower() != mark:
        raise CorrectionsError(
            f"{path}: made for the reading {corrections.reading}, but the call has been heard anew since (now {mark}); "
            "its names may mean other words.",
            tip=f"Compare every entry with the page, put right what changed, then write at the top: {line}",
        )
