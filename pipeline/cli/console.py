"""What the terminal shows: messages, the bar, summaries. Data goes to stdout, all else to stderr."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from pipeline.batch import Progress as ScanProgress
    from pipeline.batch import ScanSummary

__all__ = ["clean", "fetching", "say", "scanning", "summarise", "tell"]


MOST_LISTED = 10  # skipped files named at the end of a scan


def clean(text: str) -> str:
    """Text for a terminal: what could move the cursor, colour, or turn the direction of writing is shown as �."""
    return "".join(char if char in "\n\t" or _is_plain(char) else "\N{REPLACEMENT CHARACTER}" for char in text)


def _is_plain(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def say(text: str) -> None:
    """A line of data, on stdout."""
    sys.stdout.write(clean(text) + "\n")


def tell(text: str) -> None:
    """A line for the person, on stderr."""
    sys.stderr.write(clean(text) + "\n")


@contextmanager
def _bar(unit: str) -> Iterator[Bar | None]:
    """A progress bar on stderr; None where that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn(f"{{task.fields[count]}}{unit}", markup=False),
        TimeElapsedColumn(),
        TextColumn("left", markup=False),
        TimeRemainingColumn(),
    )
    # speed over the whole scan: recordings finish minutes apart
    with Progress(*columns, console=Console(stderr=True), transient=True, speed_estimate_period=3600) as bar:
        yield bar


@contextmanager
def scanning() -> Iterator[_ScanBar]:
    """The bar of a scan; its time left is weighed by the recordings' lengths."""
    with _bar(" recordings") as bar:
        yield _ScanBar(bar)


class _ScanBar:
    def __init__(self, bar: Bar | None) -> None:
        self._bar = bar
        self._task = None if bar is None else bar.add_task("Examining", total=None, count="")

    def __call__(self, progress: ScanProgress) -> None:
        if self._bar is None or self._task is None:
            return
        self._bar.update(
            self._task,
            description=_shortened(clean(progress.name)) or "Examining",
            completed=progress.seconds_done,
            total=progress.seconds_total or None,
            count=f"{progress.done}/{progress.total}",
        )


@contextmanager
def fetching() -> Iterator[_FetchBar]:
    with _bar("") as bar:
        yield _FetchBar(bar)


class _FetchBar:
    """Shows what is being fetched; without a terminal, one line each."""

    def __init__(self, bar: Bar | None) -> None:
        self._bar = bar
        self._tasks: dict[str, TaskID] = {}
        self._told: set[str] = set()

    def __call__(self, what: str, received: int, expected: int) -> None:
        if self._bar is None:
            if what not in self._told:
                self._told.add(what)
                tell(f"Fetching {what}" + (f" ({expected / 1e6:,.0f} MB)" if expected else ""))
            return
        if what not in self._tasks:
            self._tasks[what] = self._bar.add_task(clean(what), total=None, count="")
        count = f"{received / 1e6:,.0f}/{expected / 1e6:,.0f} MB" if expected else f"{received / 1e6:,.0f} MB"
        self._bar.update(self._tasks[what], completed=received, total=expected or None, count=count)


def _shortened(name: str, most: int = 40) -> str:
    return name if len(name) <= most else "…" + name[1 - most :]


def summarise(summary: ScanSummary) -> None:
    """The end of a scan: what failed and what to do about it, the counts, where to look."""
    others = summary.examined + summary.partial
    for skipped in summary.skipped[:MOST_LISTED]:
        tell(f"skipped {skipped.name}: {skipped.reason}")
    if len(summary.skipped) > MOST_LISTED:
        tell(f"… and {len(summary.skipped) - MOST_LISTED} more were skipped; they are listed in index.json")
    for failed in summary.failed:
        tell(f"\n{failed.failure.message}")
        if failed.trace:
            tell("  This is a fault of callwitness; --debug shows where.")
    for message in summary.unapplied:
        tell(f"\nNot applied, and left as it is: {message}")
    if summary.failed and others:
        tell(f"  The other {_count(others, 'recording')} {_was(others)} examined.")
    tell("\n" + _counts(summary))
    tell(f"Open {summary.out / 'index.html'}")


def _counts(summary: ScanSummary) -> str:
    fresh = summary.finished - summary.already_done
    if fresh == 0:
        first = f"Nothing to do: {_count(summary.total, 'recording')} already examined with these settings."
    elif summary.already_done:
        first = f"{_count(fresh, 'recording')} examined now, {summary.already_done} before."
    else:
        first = f"{_count(fresh, 'recording')} dealt with."
    parts = [f"{summary.examined} examined", f"{summary.partial} in part", f"{len(summary.failed)} not examined"]
    found = f"{_count(summary.findings, 'finding')}, {_count(summary.leads, 'lead')} to confirm."
    return f"{first} In all: {', '.join(parts)}; {found}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"
