"""callwitness rules list, show, check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.console import say, tell
from pipeline.cli.guard import NOTHING_FOUND, USAGE, guarded
from pipeline.cli.options import Debug
from pipeline.config import near
from pipeline.errors import RulePackError

__all__ = ["rules"]

rules = typer.Typer(no_args_is_help=True, help="The rule packs: which law a verdict is compared with.")


@rules.command("list")
@guarded
def list_rules(debug: Debug = False) -> None:
    """Every rule: id, jurisdiction, obligation, the verdicts it may accuse on, weight, grade, source."""
    from pipeline.obligations import load_packs

    for pack in load_packs():
        for rule in pack.rules:
            accuses = ",".join(rule.accuses) if rule.enabled else "off"
            source = f"{rule.norm.title} {rule.norm.article}".strip()
            say("\t".join((rule.id, rule.jurisdiction, rule.obligation, accuses, rule.weight, rule.norm.grade, source)))


@rules.command("show", no_args_is_help=True)
@guarded
def show_rule(
    identity: Annotated[str, typer.Argument(metavar="ID", help="A rule's id, from the list.")], debug: Debug = False
) -> None:
    """Everything a rule says, as JSON."""
    from pipeline.obligations import describe_rule, load_packs

    known = {rule.id: (rule, pack) for pack in load_packs() for rule in pack.rules}
    if identity not in known:
        raise RulePackError(f"{identity}: there is no such rule.", tip=near(identity, known))
    say(json.dumps(describe_rule(*known[identity]), ensure_ascii=False, indent=2))


@rules.command("check")
@guarded
def check_rules(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[PACK…]", help="Pack files (TOML); those that ship if not given.")
    ] = None,
    debug: Debug = False,
) -> None:
    """Say what is wrong with rule packs, line by line."""
    from pipeline.obligations import check_pack
    from pipeline.obligations.packs import pack_files

    wrong = 0
    for file in files or pack_files():
        if not file.is_file():
            raise RulePackError(f"{file}: there is no such file.", tip="Name a rule pack, a .toml file.")
        problems = check_pack(file)
        for problem in problems:
            tell(f"{file}:{problem.line}: {problem.rule + ': ' if problem.rule else ''}{problem.message}")
        wrong += len(problems)
        say(f"{file.name}\t{'good' if not problems else f'{len(problems)} wrong'}")
    raise typer.Exit(USAGE if wrong else NOTHING_FOUND)
