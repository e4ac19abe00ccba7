"""The command `callwitness`: the only part that prints, reads the environment or exits."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from pipeline.cli.console import say
from pipeline.cli.guard import guarded
from pipeline.cli.packs import rules
from pipeline.cli.recordings import scan
from pipeline.cli.report import report
from pipeline.cli.texts import detect
from pipeline.cli.weights import models

__all__ = ["app", "main"]

app = typer.Typer(
    name="callwitness",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from pipeline.version import tool

        say(f"{tool().name} {tool().version}")
        raise typer.Exit


@app.callback()
def callwitness(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Turn recorded robot calls into evidence: what was said, by whom, when, and what was not.

    Exit codes: 0 done, nothing found; 1 done, with findings; 2 wrong use; 3 some recordings could not be examined;
    4 an error of callwitness itself.
    """


app.command(no_args_is_help=True)(guarded(scan))
app.command(no_args_is_help=True)(guarded(detect))
app.command(no_args_is_help=True)(guarded(report))
app.add_typer(models, name="models")
app.add_typer(rules, name="rules")


def main() -> None:
    """Entry point. Being told to end (SIGTERM) is met like Ctrl-C: what is finished is kept and indexed."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app()
