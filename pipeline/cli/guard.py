"""Errors to messages and exit codes, in one place for every command."""

from __future__ import annotations

import functools
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn, ParamSpec

import typer

from pipeline.cli.console import tell
from pipeline.errors import CallwitnessError

__all__ = ["FINDINGS", "INTERNAL", "INTERRUPTED", "NOTHING_FOUND", "SOME_FAILED", "USAGE", "guarded"]

NOTHING_FOUND = 0
FINDINGS = 1
USAGE = 2
SOME_FAILED = 3  # wins over 1
INTERNAL = 4
INTERRUPTED = 130  # as shells have it for Ctrl-C


P = ParamSpec("P")


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """A command whose errors on purpose become a message with its tip, and any other a request to report it."""

    @functools.wraps(command)
    def run(*args: P.args, **options: P.kwargs) -> None:
        debug = bool(options.get("debug"))
        try:
            command(*args, **options)
        except (typer.Exit, typer.Abort):
            raise
        except CallwitnessError as error:
            tell(str(error))
            _end(USAGE, debug=debug)
        except KeyboardInterrupt:
            tell("Interrupted.")
            _end(INTERRUPTED, debug=debug)
        except BrokenPipeError:  # whoever read our output has enough, as `head` does
            sys.stderr.close()
            _end(NOTHING_FOUND, debug=False)
        except Exception as error:
            tell(f"callwitness stopped on an error of its own ({type(error).__name__}: {error}).")
            if not debug:
                tell("  Run the same command with --debug and report what it prints, and what --version says.")
            _end(INTERNAL, debug=debug)

    return run


def _end(code: int, *, debug: bool) -> NoReturn:
    if debug:
        traceback.print_exc(file=sys.stderr)
    raise typer.Exit(code)
