"""callwitness scan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import guard
from pipeline.cli.console import fetching, scanning, summarise, tell
from pipeline.cli.options import Config, Debug, Facts, Jurisdiction, Language, prepare, settings_from
from pipeline.cores import cores
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.batch import MakeSpeech
    from pipeline.records import ModelUsed

__all__ = ["scan"]

CORES_PER_JOB = 4  # faster-whisper keeps this many busy; a job takes 1.5 to 3 GB of memory


def scan(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Recordings, or folders of them.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="OUT", help="Folder for the results.")],
    model: Annotated[
        str | None, typer.Option(help="A name from `models list`, a folder, or any faster-whisper name.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="cpu or cuda.")] = None,
    compute_type: Annotated[str | None, typer.Option(help="int8, float16, float32, …")] = None,
    language: Language = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Stretches of speech recognised at a time.")] = None,
    jurisdiction: Jurisdiction = None,
    fact: Facts = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Recordings examined at a time; by the processor where not given.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Examine again what is finished.")] = False,
    offline: Annotated[
        bool,
        typer.Option("--offline/--allow-download", help="Never open a connection, or fetch a model that is missing."),
    ] = True,
    config: Config = None,
    debug: Debug = False,
) -> None:
    """Examine every recording in the folders and write a page, an evidence.json and an index of what was heard."""
    settings = settings_from(
        config,
        speech={
            "model": model,
            "device": device,
            "compute_type": compute_type,
            "language": language,
            "batch_size": batch_size,
        },
        jurisdiction=jurisdiction,
        facts=fact,
    )
    workers = jobs or (max(1, cores() // CORES_PER_JOB) if settings.speech.device == "cpu" else 1)
    prepare(jobs=workers, allow_download=not offline)
    if not offline:
        _fetch(settings)
    make_speech: MakeSpeech | None = ctx.obj  # another way to hear, for who calls the app from Python
    raise typer.Exit(_scan(paths, out, settings, make_speech, jobs=workers, force=force, debug=debug))


def _scan(
    paths: list[Path],
    out: Path,
    settings: Settings,
    make_speech: MakeSpeech | None,
    *,
    jobs: int,
    force: bool,
    debug: bool,
) -> int:
    from pipeline import batch

    try:
        with scanning() as bar:
            summary = batch.scan(
                paths,
                out,
                settings=settings,
                jobs=jobs,
                isolate=True,
                force=force,
                on_progress=bar,
                make_speech=make_speech,
                models_now=None if make_speech else _recogniser,
            )
    except batch.ScanInterrupted as stop:
        done = stop.summary
        tell(f"Interrupted: {done.finished} of {done.total} recordings are finished and kept in {out}.")
        tell("  The same command goes on from there.")
        return guard.INTERRUPTED
    summarise(summary)
    if debug:
        for failed in summary.failed:
            tell(failed.trace)
    if summary.failed:
        return guard.SOME_FAILED
    return guard.FINDINGS if summary.findings else guard.NOTHING_FOUND


def _recogniser(settings: Settings) -> tuple[ModelUsed, ...]:
    """The recogniser as it lies on this machine. Raises ModelMissing before any work is begun."""
    from pipeline.weights import model_used

    return (model_used(settings.speech.model),)


def _fetch(settings: Settings) -> None:
    from pipeline.weights import fetch

    if not Path(settings.speech.model).expanduser().is_dir():
        with fetching() as bar:
            fetch(settings.speech.model, progress=bar)
