"""callwitness report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import guard
from pipeline.cli.console import tell
from pipeline.cli.options import Debug

if TYPE_CHECKING:
    from pipeline.records import CallReport

__all__ = ["report"]


def report(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder that `callwitness scan` wrote.")],
    debug: Debug = False,
) -> None:
    """Draw the pages and the index again from the evidence, with a person's corrections.

    A corrections.toml beside a call's evidence.json is applied: verdicts and findings follow again. Without one the
    call is as the machine heard it. The sound stays.
    """
    from pipeline.batch import redraw

    drawn = redraw(out)
    for error in drawn.refused:
        tell(f"{error}\n  This call was left as it was.")
    for name, call in drawn.reports.items():
        if call.corrections:
            tell(_corrected(name, call))
        for remark in drawn.remarks.get(name, ()):
            tell(f"  settings of its scan: {remark}")
    tell(f"{len(drawn.reports)} {'page' if len(drawn.reports) == 1 else 'pages'} drawn again.")
    tell(f"Open {out / 'index.html'}")
    raise typer.Exit(guard.SOME_FAILED if drawn.refused else guard.NOTHING_FOUND)


def _corrected(name: str, call: CallReport) -> str:
    """How many corrections a call has, and what they did to its verdicts."""
    before = {verdict.obligation: verdict.verdict for verdict in call.machine.verdicts} if call.machine else {}
    changed = [
        f"{verdict.obligation} {before[verdict.obligation]} -> {verdict.verdict}"
        for verdict in call.verdicts
        if before.get(verdict.obligation, verdict.verdict) != verdict.verdict
    ]
    number = len(call.corrections)
    effect = "; ".join(changed) or "no verdict changed"
    return f"{name}: {number} {'correction' if number == 1 else 'corrections'}: {effect}."
