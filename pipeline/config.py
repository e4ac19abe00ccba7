"""Settings from a TOML file: one table a group, keys as in settings.py."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_type_hints

from pipeline.errors import SettingsError
from pipeline.settings import Settings

__all__ = ["change", "near", "read_config"]


def read_config(path: Path) -> Settings:
    """The default settings with a file's values put over them. Raises SettingsError naming the key at fault."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror or error}).", tip="Check the path.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path}: not TOML ({error}).", tip="Write tables such as [speech] and lines name = value."
        ) from error
    settings = Settings()
    for group, values in tables.items():
        if not isinstance(values, dict):
            raise SettingsError(
                f"{path}: {group} stands outside a table.", tip=f"Put it under one of: {', '.join(_tables(settings))}."
            )
        settings = change(settings, group, values, where=f"{path}: ")
    return settings


def change(settings: Settings, group: str, values: Mapping[str, Any], *, where: str = "") -> Settings:
    """The settings with some values of a group exchanged. Raises SettingsError for an unknown name or a wrong type."""
    from pydantic import TypeAdapter, ValidationError  # slow to import, and needed by no --help

    groups = [field.name for field in dataclasses.fields(settings)]
    if group not in groups:
        raise SettingsError(f"{where}there is no group of settings called [{group}].", tip=near(group, groups))
    old = getattr(settings, group)
    kinds = get_type_hints(type(old))
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name not in kinds:
            raise SettingsError(f"{where}[{group}] has no setting called {name}.", tip=near(name, kinds))
        try:
            checked[name] = TypeAdapter(kinds[name]).validate_python(value)
        except ValidationError as error:
            reason = error.errors()[0]["msg"]
            raise SettingsError(
                f"{where}[{group}] {name} = {value!r}: {reason}.",
                tip=f"Its default is {getattr(Settings(), group).__dict__[name]!r}.",
            ) from error
    return dataclasses.replace(settings, **{group: dataclasses.replace(old, **checked)})


def near(word: str, known: Iterable[str]) -> str:
    """ "Did you mean …?" where a known word is close, else all of them."""
    choices = sorted(known)
    close = difflib.get_close_matches(word, choices, n=1)
    return f"Did you mean {close[0]}?" if close else f"Known: {', '.join(choices)}."


def _tables(settings: Settings) -> list[str]:
    return [f"[{field.name}]" for field in dataclasses.fields(settings)]
