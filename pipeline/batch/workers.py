"""Who examines the recordings: this process, or several workers, each with its own models."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.batch.plan import Task
from pipeline.call import examine, failed_report
from pipeline.corrections import CORRECTIONS_FILE, correct_evidence
from pipeline.errors import CorrectionsError, EvidenceError, ModelError, UsageError
from pipeline.evidence import to_json, write_call_page
from pipeline.evidence.document import EVIDENCE_FILE
from pipeline.evidence.files import write_atomically
from pipeline.obligations import load_packs
from pipeline.records import Audio, CallReport, Failure, ModelUsed
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.obligations import RulePack
    from pipeline.speech import Speech

__all__ = ["Examiner", "MakeSpeech", "Result", "run_here", "run_in_workers", "writing"]

MakeSpeech = Callable[[Settings], "Speech"]


@dataclass(frozen=True)
class Result:
    """One recording dealt with, its files written. trace: of an unexpected error, "" otherwise.

    unapplied: why the corrections.toml beside it was left unused, "" where there is none or it was applied.
    """

    task: Task
    report: CallReport
    models: tuple[ModelUsed, ...]
    trace: str = ""
    unapplied: str = ""


class Examiner:
    """Examines recordings one after the other and writes their files. The models are loaded at the first one."""

    def __init__(self, out: Path, settings: Settings, make_speech: MakeSpeech) -> None:
        self.out = out
        self._settings = settings
        self._make_speech = make_speech
        self._loaded: tuple[Speech, tuple[RulePack, ...]] | None = None

    def __call__(self, task: Task) -> Result:
        """Raises ModelError and UsageError: they concern every recording. Anything else is a result for this one."""
        if self._loaded is None:
            self._loaded = self._make_speech(self._settings), load_packs()
        speech, packs = self._loaded
        trace = ""
        try:
            report, audio = examine(
                task.path, name=task.name, speech=speech, settings=self._settings, facts=task.facts, packs=packs
            )
        except (ModelError, UsageError):
            raise
        except Exception as error:  # a fault of ours: this recording fails with its name, the others go on
            message = f"{task.name}: an unexpected error ({type(error).__name__}: {error})."
            report, audio = self._failed(task, Failure("internal", message)), None
            trace = traceback.format_exc()
        if report.recording.sha256 != task.sha256:
            message = f"{task.name}: the file changed while it was being examined. Scan again when it is complete."
            report, audio = self._failed(task, Failure("recording", message)), None
        report, unapplied = self._write(report, audio, task)
        return Result(task, report, speech.models, trace, unapplied)

    def crashed(self, task: Task) -> Result:
        """The result for a recording whose worker died (out of memory, or a fault in a decoder)."""
        message = (
            f"{task.name}: the worker examining it died: out of memory, or a fault in a decoder.\n"
            "  Close other programs and scan again, with a smaller --model or --jobs 1."
        )
        report, unapplied = self._write(self._failed(task, Failure("crashed", message)), None, task)
        return Result(task, report, (), unapplied=unapplied)

    def _failed(self, task: Task, failure: Failure) -> CallReport:
        report = failed_report(task.path, name=task.name, settings=self._settings, failure=failure)
        return replace(report, recording=replace(report.recording, sha256=task.sha256))

    def _write(self, report: CallReport, audio: Audio | None, task: Task) -> tuple[CallReport, str]:
        """The sound and the page first, evidence.json last: where it lies, the folder is complete.

        A corrections.toml that lies there is applied again, where it was made for what was heard now too. Returns the
        report as written, and why the corrections were left unused ("" where they were not).
        """
        folder = self.out / task.folder
        evidence, content, unapplied = folder / EVIDENCE_FILE, to_json(report), ""
        if (folder / CORRECTIONS_FILE).exists():
            packs = self._loaded[1] if self._loaded else load_packs()
            try:
                corrected = correct_evidence(content, evidence, packs=packs)
                report, content = corrected.report, corrected.content
            except (CorrectionsError, EvidenceError) as error:
                unapplied = str(error)
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            write_call_page(report, folder, audio)
            write_atomically(evidence, content)
        return report, unapplied


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """What goes wrong while writing results ends the run, with a message: a full disk fails every recording."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{folder}: cannot be written ({error.strerror or error}).",
            tip="Make room or choose another folder with -o. What was finished is kept; the same command goes on.",
        ) from error


def run_here(tasks: Sequence[Task], examiner: Examiner) -> Generator[Result, None, None]:
    """Examine in this process, in the order given."""
    for task in tasks:
        yield examiner(task)


def run_in_workers(tasks: Sequence[Task], jobs: int, examiner: Examiner) -> Generator[Result, None, None]:
    """Examine in `jobs` processes, longest recording first; results come as they are ready.

    A worker that dies takes the whole pool with it and does not say over which recording, so those that were in hand
    are examined again one at a time: the one that kills a worker alone is the result "crashed".
    """
    waiting = deque(sorted(tasks, key=lambda task: (-task.seconds, task.name)))
    pool = _Pool(jobs, examiner)
    try:
        while waiting or pool.in_hand:
            while waiting and len(pool.in_hand) < jobs:
                pool.submit(waiting.popleft())
            ready, suspects = pool.next_ready()
            yield from ready
            for task in suspects:
                pool.submit(task)
                alone, dead = pool.next_ready()
                yield from alone
                yield from (examiner.crashed(task) for task in dead)
        pool.close()
    finally:
        pool.kill()


class _Pool:
    """A ProcessPoolExecutor that is started again when a worker dies. in_hand: tasks submitted and not returned."""

    def __init__(self, jobs: int, examiner: Examiner) -> None:
        self._jobs = jobs
        self._examiner = examiner
        self._others = set(multiprocessing.active_children())
        self._executor = self._start()
        self.in_hand: dict[Future[Result], Task] = {}

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._jobs,
            mp_context=multiprocessing.get_context("spawn"),  # forked torch and OpenMP threads hang
            initializer=_begin,
            initargs=(self._examiner,),
        )

    def submit(self, task: Task) -> None:
        try:
            self.in_hand[self._executor.submit(_examine, task)] = task
        except BrokenProcessPool:  # an idle worker was killed between two recordings
            self._executor = self._start()
            self.in_hand[self._executor.submit(_examine, task)] = task

    def next_ready(self) -> tuple[list[Result], list[Task]]:
        """Wait for at least one; the results that are ready, and the tasks lost if a worker died, in that order."""
        ready, _ = wait(self.in_hand, return_when=FIRST_COMPLETED)
        broken = [future for future in ready if isinstance(future.exception(), BrokenProcessPool)]
        results = [future.result() for future in ready if future not in broken]
        lost: list[Task] = []
        if broken:
            lost = [task for future, task in self.in_hand.items() if future not in ready or future in broken]
            self.in_hand.clear()
            self._executor.shutdown(wait=False)
            self._executor = self._start()
        for future in ready:
            self.in_hand.pop(future, None)
        return results, sorted(lost, key=lambda task: task.name)

    def close(self) -> None:
        self._executor.shutdown()

    def kill(self) -> None:
        """End the workers without waiting for what they have in hand."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        for worker in set(multiprocessing.active_children()) - self._others:
            worker.terminate()


_examiner: Examiner  # this worker's own, set once by _begin


def _begin(examiner: Examiner) -> None:
    """Set a fresh worker up: its examiner, Ctrl-C left to the parent, an end when the parent ends."""
    global _examiner
    _examiner = examiner
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.join,), daemon=True).start()


def _end_with(parent_ended: Callable[[], None]) -> None:
    parent_ended()
    os._exit(1)


def _examine(task: Task) -> Result:
    return _examiner(task)
