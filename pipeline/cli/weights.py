"""callwitness models list, fetch, check."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli import guard
from pipeline.cli.console import fetching, say, tell
from pipeline.cli.guard import guarded
from pipeline.cli.options import Debug, prepare
from pipeline.errors import ModelError

__all__ = ["models"]

models = typer.Typer(no_args_is_help=True, help="The weights: which, from where, whether they are the pinned bytes.")


@models.command("list")
@guarded
def list_weights(debug: Debug = False) -> None:
    """Every model of the registry: name, role, size, licence, and whether it is on this machine."""
    from pipeline.weights import list_models

    for each in list_models():
        model = each.model
        say(f"{model.name}\t{model.role}\t{model.size / 1e6:,.0f} MB\t{model.licence}\t{each.state}\t{model.use}")
        if each.detail:
            tell(f"  {each.detail}")


@models.command("fetch")
@guarded
def fetch_weights(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME…]", help="Names from the list; what `scan` needs where not given."),
    ] = None,
    debug: Debug = False,
) -> None:
    """Fetch weights, from the first source that has the pinned bytes. A fetch that was cut off goes on."""
    prepare(jobs=1, allow_download=True)
    from pipeline.settings import Settings
    from pipeline.weights import fetch

    for name in names or [Settings().speech.model]:
        with fetching() as bar:
            folder = fetch(name, progress=bar)
        say(f"{name}\t{folder}")


@models.command("check")
@guarded
def check_weights(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME…]", help="Names from the list; all on this machine if not given."),
    ] = None,
    debug: Debug = False,
) -> None:
    """Compare every byte of the weights with what is pinned."""
    from pipeline.weights import check, list_models

    chosen = names or [each.model.name for each in list_models() if each.state != "missing"]
    wrong = 0
    for name in chosen:
        try:
            used = check(name)
        except ModelError as error:
            tell(str(error))
            wrong += 1
        else:
            say(f"{used.name}\t{used.revision}\t{used.sha256}\tas pinned")
    raise typer.Exit(guard.USAGE if wrong else guard.NOTHING_FOUND)
