"""What a turn's words say of who speaks: evidence for each side, from the phrases of roles.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from pipeline.phrases import PhraseBook
from pipeline.records import Turn


@dataclass(frozen=True)
class Signs:
    """Evidence in one turn, by side."""

    far: float
    near: float
    carrier: float
    recorder: float
    transfer: float


@cache
def _book(language: str) -> tuple[PhraseBook, dict[str, tuple[str, float]]]:
    raw = tomllib.loads(resources.files("pipeline.speech").joinpath("roles.toml").read_text("utf-8"))["wording"]
    entries = {f"{number}": entry for number, entry in enumerate(raw) if entry["language"] == language}
    book = PhraseBook(language, {key: entry["phrases"] for key, entry in entries.items()}, frozenset(entries))
    return book, {key: (entry["side"], float(entry["weight"])) for key, entry in entries.items()}


def read_signs(turns: Sequence[Turn], language: str) -> list[Signs]:
    """Evidence in each turn's words; all zero in a language without phrases."""
    if language not in ("zh", "en") or not turns:
        return [Signs(0, 0, 0, 0, 0) for _ in turns]
    book, entries = _book(language)
    starts, text = [], ""
    for turn in turns:
        starts.append(len(text))
        text += turn.text + "\n"
    sums = [dict.fromkeys(("far", "near", "carrier", "recorder", "transfer"), 0.0) for _ in turns]
    for hit in book.find(text, breaks=frozenset(starts[1:])):
        side, weight = entries[hit.key]
        index = int(np.searchsorted(starts, hit.start, side="right")) - 1
        sums[index][side] += weight * (1.0 if hit.how == "words" else 0.7 * hit.score)
    return [Signs(**each) for each in sums]
