"""heard/<language>.jsonl: one utterance as it was heard a line. README.md of the corpus describes the keys."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .align import carry_over, error_rate, units
from .choose import Utterance
from .recipe import Recipe, recipe_for

__all__ = ["fits", "read_rows", "row", "write_rows"]

_RECIPE_KEYS = ("voice", "speed", "codec", "noise", "snr_db")


def row(utterance: Utterance, heard: str) -> dict[str, Any]:
    """One line: what was heard, with the corpus's labels carried over."""
    language = utterance.language
    recipe = recipe_for(utterance)
    return {
        "of": utterance.key,
        "text": heard,
        "spans": carry_over(utterance.text, heard, utterance.spans, language),
        "family": utterance.family,
        "role": utterance.role,
        "before": utterance.before,
        **{key: getattr(recipe, key) for key in _RECIPE_KEYS},
        "cer": round(error_rate(units(utterance.text, language), units(heard, language)), 3),
    }


def fits(kept: Mapping[str, Any], recipe: Recipe) -> bool:
    """Whether a line was heard on the recording the recipe makes today."""
    return all(kept[key] == getattr(recipe, key) for key in _RECIPE_KEYS)


def read_rows(path: Path) -> dict[str, dict[str, Any]]:
    """The lines by utterance key; none where there is no file yet."""
    if not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    return {kept["of"]: kept for kept in rows}


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    unfinished.write_text("".join(json.dumps(kept, ensure_ascii=False) + "\n" for kept in rows), encoding="utf-8")
    os.replace(unfinished, path)
