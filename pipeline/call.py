"""One recording through the stages: bytes in, a CallReport out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline.cues import models_used, read_call
from pipeline.errors import RecordingError
from pipeline.intake import take_in
from pipeline.obligations import find_findings, judge, read_context
from pipeline.records import Audio, CallReport, ContextFact, Cue, Failure, Finding, Recording, Transcript, Verdict
from pipeline.settings import Settings
from pipeline.version import tool

if TYPE_CHECKING:
    from pipeline.obligations import RulePack
    from pipeline.speech import Speech

__all__ = ["Conclusion", "conclude", "examine", "failed_report"]

MISSING_SOUND = ("ends early", "could not be decoded")  # in intake's warnings
_CHUNK = 1 << 20  # bytes read at a time when hashing


@dataclass(frozen=True)
class Conclusion:
    """What follows from a transcript and its cues."""

    context: dict[str, ContextFact]
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]


def examine(
    path: Path,
    *,
    name: str,
    speech: Speech,
    settings: Settings,
    facts: Mapping[str, str],
    packs: Sequence[RulePack],
) -> tuple[CallReport, Audio | None]:
    """Hear one recording and say what was found.

    name: the file's path as it shall stand in the report, relative to the scanned root, with "/".
    facts: what a person stated about this call (a row of calls.csv); it wins over settings.law.facts.
    Returns the report and the decoded sound (16 kHz), None where the recording could not be examined: that is a report
    too, with the outcome "failed" and the reason. Raises ModelError, never RecordingError.
    """
    try:
        recording, audio = take_in(path, name=name, settings=settings.intake, facts=facts)
        transcript = speech.transcribe(audio, layout=recording.layout)
    except RecordingError as error:
        return failed_report(path, name=name, settings=settings, failure=_failure(error)), None
    reading = read_call(transcript, settings=settings.cues)
    follows = conclude(
        recording, transcript, reading.cues, traces=reading.traces, settings=settings, facts=facts, packs=packs
    )
    report = CallReport(
        tool=tool(),
        outcome="partial" if _is_cut(recording) else "examined",
        error=None,
        context=follows.context,
        recording=recording,
        settings=settings.as_dict(),
        models=(*speech.models, *models_used(settings.cues)),
        transcript=transcript,
        cues=reading.cues,
        verdicts=follows.verdicts,
        findings=follows.findings,
    )
    return report, audio


def conclude(
    recording: Recording,
    transcript: Transcript,
    cues: Sequence[Cue],
    *,
    traces: Sequence[Cue],
    settings: Settings,
    facts: Mapping[str, str],
    packs: Sequence[RulePack],
) -> Conclusion:
    """What follows from a transcript and its cues, whoever found them: facts about the call, verdicts, findings.

    traces, facts: as for `judge` and `examine`. Raises FactsError where a stated fact has a value no rule knows.
    """
    stated = {**settings.law.facts, **facts}

    def reread(exchanged: Transcript) -> tuple[Sequence[Cue], Sequence[Cue]]:
        reading = read_call(exchanged, settings=settings.cues)
        return reading.cues, reading.traces

    heard = judge(
        transcript,
        cues,
        settings=settings.judge,
        duration_ms=recording.duration_ms,
        supported=settings.speech.languages,
        starts=_starts(stated),
        traces=traces,
        reread=reread,
    )
    context = read_context(transcript, cues, recording, settings.law, stated)
    verdicts, findings = find_findings(
        heard,
        cues,
        context,
        started_at=recording.started_at,
        packs=packs,
        guess_excludes=settings.law.guess_excludes,
    )
    return Conclusion(context, verdicts, findings)


def _starts(stated: Mapping[str, str]) -> Literal["complete", "late"] | None:
    """What a person says of the beginning: recorded from the first word on, or begun late."""
    match stated.get("starts"):
        case "complete":
            return "complete"
        case "late":
            return "late"
        case _:
            return None


def failed_report(path: Path, *, name: str, settings: Settings, failure: Failure) -> CallReport:
    """The report on a recording that could not be examined: what the file is, and why. Every array is empty."""
    return CallReport(
        tool=tool(),
        outcome="failed",
        error=failure,
        context={},
        recording=_as_found(path, name),
        settings=settings.as_dict(),
        models=(),
        transcript=Transcript(language=None, language_confidence=0.0),
        cues=(),
        verdicts=(),
        findings=(),
    )


def _failure(error: RecordingError) -> Failure:
    return Failure(kind=error.kind, message=str(error))


def _as_found(path: Path, name: str) -> Recording:
    """What the bytes alone say: hash and size; zeros for all that needs decoding."""
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
        sha256 = digest.hexdigest()
    except OSError:
        sha256, size = "", 0
    return Recording(
        file=name,
        sha256=sha256,
        bytes=size,
        duration_ms=0,
        sample_rate_hz=0,
        channels=0,
        codec="",
        container="",
        layout="mono",
    )


def _is_cut(recording: Recording) -> bool:
    """Whether intake says that a part of the sound is missing."""
    return any(sign in warning for warning in recording.warnings for sign in MISSING_SOUND)
