"""A folder of recordings: the finished stay finished, a broken one is a result, any order gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.batch.ledger import LEDGER_NAME, Entry, Ledger, models_digest
from pipeline.batch.lock import only_one
from pipeline.batch.plan import CALLS_CSV, Plan, finished_report, make_plan, outside, refuse_output
from pipeline.batch.redraw import Redrawn, redraw
from pipeline.batch.tally import FailedCall, Progress, ScanSummary, Tally
from pipeline.batch.workers import Examiner, MakeSpeech, Result, run_here, run_in_workers, writing
from pipeline.cores import threads_each
from pipeline.errors import UsageError
from pipeline.evidence import write_index
from pipeline.evidence.document import EVIDENCE_FILE
from pipeline.evidence.page import PAGE_FILE
from pipeline.intake import Skipped, find_recordings
from pipeline.records import CallReport, ModelUsed
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.speech import Speech

__all__ = [
    "FailedCall",
    "MakeSpeech",
    "Progress",
    "Redrawn",
    "ScanInterrupted",
    "ScanSummary",
    "redraw",
    "reports_in",
    "scan",
]


class ScanInterrupted(KeyboardInterrupt):
    """Ctrl-C during a scan. What was finished is written and indexed; the same call of `scan` goes on from there."""

    def __init__(self, summary: ScanSummary) -> None:
        super().__init__(f"interrupted after {summary.finished} of {summary.total} recordings")
        self.summary = summary


def _local_speech(settings: Settings, *, threads: int) -> Speech:
    """The recogniser and diarizer that the settings name, from this machine, never from the network."""
    from pipeline.speech import load_speech

    return load_speech(settings, threads=threads)


def scan(
    paths: Sequence[Path],
    out: Path,
    *,
    settings: Settings | None = None,
    jobs: int = 1,
    isolate: bool = False,
    force: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    make_speech: MakeSpeech | None = None,
    models_now: Callable[[Settings], tuple[ModelUsed, ...]] | None = None,
) -> ScanSummary:
    """Examine every recording under `paths` and write OUT/<call>/… and OUT/index.*; finished ones are left alone.

    jobs: worker processes; 1 works in this process unless `isolate`, where a crash of a decoder ends a worker and not
    the run. make_speech builds the models, once a worker (None: this machine's own); workers need it picklable.
    models_now says which models those would be without loading them, so that other weights make a finished recording
    unfinished.
    force: examine again what is finished.
    Raises UsageError (nothing to scan, OUT cannot be used, another scan writes there), ModelError, ScanInterrupted.
    """
    settings = settings or Settings()
    make = make_speech or partial(_local_speech, threads=threads_each(jobs))
    refuse_output(out, paths)
    found = find_recordings(paths)
    candidates = outside(found.recordings, out)
    if not candidates:
        raise UsageError(_nothing(paths, found.skipped), tip="Name the recordings, or the folder they are in.")
    with only_one(out):
        ledger = Ledger(out / LEDGER_NAME)
        now = None if models_now is None else models_digest(models_now(settings))
        plan = make_plan(candidates, out, settings=settings, ledger=ledger, models=now, force=force)
        skipped = (*(each for each in found.skipped if not each.name.endswith(CALLS_CSV)), *plan.unused)
        tally = Tally(out, plan, skipped)
        try:
            _work(plan, Examiner(out, settings, make), ledger, tally, on_progress, jobs, isolate)
        except KeyboardInterrupt as stop:
            raise ScanInterrupted(tally.summary()) from stop
        finally:
            with writing(out):
                _drop_replaced_failures(ledger, plan, out)
                _conclude(ledger, out, skipped)
        return tally.summary()


def _work(
    plan: Plan,
    examiner: Examiner,
    ledger: Ledger,
    tally: Tally,
    on_progress: Callable[[Progress], None] | None,
    jobs: int,
    isolate: bool,
) -> None:
    tell = on_progress or (lambda progress: None)
    tell(tally.progress(""))
    if not plan.tasks:
        return
    workers = min(jobs, len(plan.tasks))
    results = (
        run_in_workers(plan.tasks, workers, examiner) if isolate or workers > 1 else run_here(plan.tasks, examiner)
    )
    with closing(results):
        for result in results:
            with writing(examiner.out):
                ledger.add(_entry(result))
            tally.add(result)
            tell(tally.progress(result.task.name))


def _conclude(ledger: Ledger, out: Path, skipped: Sequence[Skipped]) -> None:
    """The ledger in its final form, and the index of everything the folder holds."""
    if ledger.entries:
        ledger.compact()
        reports = reports_in(out)
        write_index(list(reports.values()), out, skipped, folders=list(reports))


def reports_in(out: Path) -> dict[str, CallReport]:
    """Every finished call of an output folder by its own folder's name. Calls whose evidence is gone are left out."""
    ledger = Ledger(out / LEDGER_NAME)
    reports = {entry.folder: finished_report(entry, out) for entry in ledger.entries}
    return {folder: report for folder, report in reports.items() if report is not None}


def _drop_replaced_failures(ledger: Ledger, plan: Plan, out: Path) -> None:
    """Forget a failure where the file has since been replaced: copied again whole, it is broken no longer."""
    now = {(task.name, task.sha256) for task in plan.tasks} | {(d.entry.name, d.entry.sha256) for d in plan.done}
    names = {name for name, _ in now}
    for entry in ledger.entries:
        if entry.outcome == "failed" and entry.name in names and (entry.name, entry.sha256) not in now:
            folder = out / entry.folder
            for file in (EVIDENCE_FILE, PAGE_FILE):
                (folder / file).unlink(missing_ok=True)
            with suppress(OSError):  # not empty: somebody keeps something there
                folder.rmdir()
            ledger.forget(entry)


def _entry(result: Result) -> Entry:
    task, report = result.task, result.report
    return Entry(
        name=task.name,
        sha256=task.sha256,
        folder=task.folder,
        key=task.key,
        models=models_digest(result.models),
        outcome=report.outcome,
        error_kind=report.error.kind if report.error else None,
    )


def _nothing(paths: Sequence[Path], skipped: Sequence[Skipped]) -> str:
    places = ", ".join(str(path) for path in paths)
    also = f" {len(skipped)} other files were skipped." if skipped else ""
    return f"{places}: no recordings were found here.{also}"
