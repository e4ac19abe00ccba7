"""What a scan has done so far, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.batch.plan import Plan
from pipeline.batch.workers import Result
from pipeline.intake import Skipped
from pipeline.records import CallReport, Failure

__all__ = ["FailedCall", "Progress", "ScanSummary", "Tally"]


@dataclass(frozen=True)
class Progress:
    """How far a scan is.

    seconds: of sound still to examine when the scan began, by the files' headers. name: the recording just finished.
    """

    done: int
    total: int
    seconds_done: float
    seconds_total: float
    name: str


@dataclass(frozen=True)
class FailedCall:
    """A recording that could not be examined. trace: of an unexpected error, "" otherwise."""

    name: str
    failure: Failure
    trace: str = ""


@dataclass(frozen=True)
class ScanSummary:
    """What a scan did. The counts are over this scan's recordings, those an earlier run had finished included."""

    out: Path
    total: int
    finished: int  # equals total, unless interrupted
    already_done: int  # of `finished`, by an earlier run
    examined: int
    partial: int
    failed: tuple[FailedCall, ...]  # by name
    findings: int
    leads: int
    skipped: tuple[Skipped, ...]
    unapplied: tuple[str, ...] = ()  # why the corrections.toml of a call examined now was left unused


class Tally:
    """Counts the results of one scan as they come."""

    def __init__(self, out: Path, plan: Plan, skipped: Sequence[Skipped]) -> None:
        self._out = out
        self._plan = plan
        self._skipped = tuple(skipped)
        self._finished = 0
        self._seconds = 0.0
        self._outcomes: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._failed: list[FailedCall] = []
        self._unapplied: list[str] = []
        for done in plan.done:
            self._count(done.report, trace="")

    def add(self, result: Result) -> None:
        self._seconds += result.task.seconds
        self._count(result.report, trace=result.trace)
        if result.unapplied:
            self._unapplied.append(result.unapplied)

    def _count(self, report: CallReport, *, trace: str) -> None:
        self._finished += 1
        self._outcomes[report.outcome] += 1
        self._kinds.update(finding.kind for finding in report.findings)
        if report.error is not None:
            self._failed.append(FailedCall(report.recording.file, report.error, trace))

    def progress(self, name: str) -> Progress:
        total = len(self._plan.done) + len(self._plan.tasks)
        seconds = sum(task.seconds for task in self._plan.tasks)
        return Progress(self._finished, total, self._seconds, seconds, name)

    def summary(self) -> ScanSummary:
        return ScanSummary(
            out=self._out,
            total=len(self._plan.done) + len(self._plan.tasks),
            finished=self._finished,
            already_done=len(self._plan.done),
            examined=self._outcomes["examined"],
            partial=self._outcomes["partial"],
            failed=tuple(sorted(self._failed, key=lambda failed: failed.name)),
            findings=self._kinds["finding"],
            leads=self._kinds["lead"],
            skipped=self._skipped,
            unapplied=tuple(sorted(self._unapplied)),
        )
