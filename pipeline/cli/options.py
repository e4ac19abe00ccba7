"""Options that several commands share, and how they become settings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.config import change, near, read_config
from pipeline.cores import threads_each
from pipeline.errors import FactsError, SettingsError
from pipeline.settings import Settings

__all__ = ["Config", "Debug", "Facts", "Jurisdiction", "Language", "prepare", "settings_from"]

FACTS = ("call_kind", "callee_number", "caller_automated", "direction", "line", "starts", "voice")


Debug = Annotated[bool, typer.Option("--debug", help="Print the traceback of an error.")]
Config = Annotated[
    Path | None, typer.Option("--config", metavar="TOML", help="Settings from a file; options win over it.")
]
Language = Annotated[
    str | None, typer.Option("--language", metavar="CODE", help="zh, en, …; told from the sound where not given.")
]
Jurisdiction = Annotated[
    list[str] | None,
    typer.Option("--jurisdiction", metavar="CODE", help="Law to compare with: CN, US, …; repeat it or use commas."),
]
Facts = Annotated[
    list[str] | None,
    typer.Option(
        "--fact",
        metavar="NAME=VALUE",
        help=f"State a fact about every call; repeatable. Names: {', '.join(FACTS)}. Single calls: calls.csv.",
    ),
]


def settings_from(
    config: Path | None,
    *,
    speech: dict[str, Any],
    jurisdiction: Sequence[str] | None,
    facts: Sequence[str] | None,
    complete: bool = False,
) -> Settings:
    """The settings of a --config file, else the defaults, with the options given put over them (None: not given)."""
    settings = read_config(config) if config is not None else Settings()
    chosen = {name: value for name, value in speech.items() if value is not None}
    if "language" in chosen:
        chosen["language"] = _language(chosen["language"])
    settings = change(settings, "speech", chosen)
    law: dict[str, Any] = {}
    if jurisdiction:
        law["jurisdiction"] = _jurisdictions(jurisdiction)
    if facts:
        law["facts"] = {**settings.law.facts, **dict(_fact(fact) for fact in facts)}
    if complete:
        law["text_is_complete"] = True
    settings = change(settings, "law", law)
    _check_jurisdictions(settings)
    return settings


def _language(code: str) -> str:
    named = {"chinese": "zh", "mandarin": "zh", "english": "en"}  # as whisper's own command takes them
    plain = named.get(code.strip().lower(), code.strip().lower().replace("_", "-").split("-")[0])
    if not (plain.isascii() and plain.isalpha() and len(plain) in (2, 3)):
        raise SettingsError(f"--language {code}: not a language code.", tip="Use zh or en.")
    return plain


def _jurisdictions(given: Sequence[str]) -> tuple[str, ...]:
    codes = (code.strip().upper().replace("_", "-") for each in given for code in each.split(","))
    return tuple(dict.fromkeys(code for code in codes if code))


def _check_jurisdictions(settings: Settings) -> None:
    """Raises SettingsError for a jurisdiction without a rule pack: silence must not look like "nothing found"."""
    if not settings.law.jurisdiction:
        return
    from pipeline.obligations import load_packs

    known = {rule.jurisdiction for pack in load_packs() for rule in pack.rules}
    for code in settings.law.jurisdiction:
        if code not in known and code.split("-")[0] not in known:  # a country's rules hold in its parts
            raise SettingsError(f"--jurisdiction {code}: there is no rule pack for it.", tip=near(code, known))


def _fact(given: str) -> tuple[str, str]:
    name, equals, value = (part.strip() for part in given.partition("="))
    if not equals or not value:
        raise FactsError(f"--fact {given}: no value.", tip="Write it as --fact call_kind=marketing.")
    if name == "callee_number":
        return name, value
    from pipeline.intake.facts import ALLOWED
    from pipeline.obligations import load_packs

    asked = {need: ("yes", "no") for pack in load_packs() for need in pack.needs}  # what single rules ask for
    values = {**asked, **{fact: ALLOWED[fact] for fact in FACTS if fact in ALLOWED}}
    word = value.lower().replace(" ", "_").replace("-", "_")
    if name not in values:
        raise FactsError(f"--fact {given}: {name} is not a fact that is asked for.", tip=near(name, {*values, *FACTS}))
    if word not in values[name]:
        raise FactsError(f"--fact {given}: {name} cannot be {value}.", tip=near(word, values[name]))
    return name, word


def prepare(*, jobs: int, allow_download: bool) -> None:
    """Set the environment before any heavy import, for this process and its workers."""
    os.environ["PYANNOTE_METRICS_ENABLED"] = "0"  # pyannote sends usage figures by default
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    if not allow_download:
        os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("OMP_NUM_THREADS", str(threads_each(jobs)))
