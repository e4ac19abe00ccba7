"""callwitness detect."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import guard
from pipeline.cli.console import tell
from pipeline.cli.options import Config, Debug, Facts, Jurisdiction, Language, prepare, settings_from
from pipeline.errors import TranscriptError, UsageError

__all__ = ["detect"]


def detect(
    source: Annotated[Path, typer.Argument(metavar="IN", help="JSONL, SRT, WebVTT, or whisper's or WhisperX's JSON.")],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="OUT.jsonl", help="Where the lines go; the terminal if not given."),
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="The text is the whole call: what is not in it was not said.")
    ] = False,
    language: Language = None,
    jurisdiction: Jurisdiction = None,
    fact: Facts = None,
    config: Config = None,
    debug: Debug = False,
) -> None:
    """Find cues and judge obligations in transcripts that exist already; one JSON line a call."""
    settings = settings_from(
        config, speech={"language": language}, jurisdiction=jurisdiction, facts=fact, complete=complete
    )
    prepare(jobs=1, allow_download=False)
    from pipeline.detect import judge_text, read_texts
    from pipeline.obligations import load_packs

    if out is not None and source.exists() and out.resolve() == source.resolve():
        raise UsageError(f"{out}: this is the transcript itself.", tip="Choose another file with -o.")
    packs = load_packs() if complete else ()
    lines: list[str] = []
    findings = refused = 0
    for text in read_texts(source):
        if isinstance(text, TranscriptError):
            tell(str(text))
            refused += 1
            continue
        judged = judge_text(text, settings=settings, packs=packs)
        lines.append(json.dumps(judged, ensure_ascii=False, sort_keys=True) + "\n")
        findings += sum(finding["kind"] == "finding" for finding in judged["findings"])
    if refused and not lines:
        tell("No line could be read; nothing was written.")
        raise typer.Exit(guard.USAGE)
    _write("".join(lines), out)
    tell(f"{len(lines)} {'text' if len(lines) == 1 else 'texts'} judged, {refused} not read.")
    if refused:
        raise typer.Exit(guard.SOME_FAILED)
    raise typer.Exit(guard.FINDINGS if findings else guard.NOTHING_FOUND)


def _write(lines: str, out: Path | None) -> None:
    """To the file, atomically; to stdout where there is none. As JSON, so what a terminal obeys is escaped there."""
    from pipeline.evidence.files import write_atomically

    if out is None:
        sys.stdout.write(lines)
        return
    try:
        write_atomically(out, lines.encode())
    except OSError as error:
        raise UsageError(
            f"{out}: cannot be written ({error.strerror or error}).", tip="Choose another with -o."
        ) from error
