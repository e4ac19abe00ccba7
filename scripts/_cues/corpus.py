"""The corpus as it is trained on: one utterance a passage, as written and as heard over a phone line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["FOLDS", "UNSEEN", "Utterance", "fold_of", "read_heard", "read_written", "targets"]

FOLDS, UNSEEN = 5, 0  # families fall into five folds by their name; the first is never trained or tuned on


@dataclass(frozen=True)
class Utterance:
    """spans: (label, start, end, level), offsets in text; start == end where the words of the cue were not heard."""

    key: str
    language: str
    role: str
    text: str
    before: tuple[str, ...]
    family: str
    spans: tuple[tuple[str, int, int, int], ...]
    source: str  # written | heard | call

    @property
    def fold(self) -> int:
        return fold_of(self.family)

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(label for label, *_ in self.spans)


def fold_of(family: str) -> int:
    """By wording family, so that the unseen fold holds ways of saying things that were never trained on."""
    return int(hashlib.sha256(family.encode()).hexdigest()[:8], 16) % FOLDS


def key_of(row: dict[str, Any]) -> str:
    said = "\n".join((row["language"], row["role"], row["before"], row["text"]))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def read_written(folder: Path, language: str) -> list[Utterance]:
    rows = [json.loads(line) for file in sorted(folder.glob(f"{language}-*.jsonl")) for line in _lines(file)]
    found: list[Utterance] = []
    for number, row in enumerate(rows):
        call = row.get("call")
        before = [row["before"]] if row["before"] else []
        if call and before and number > 1 and rows[number - 1].get("call") == call:
            previous = rows[number - 1]
            if previous["role"] == row["role"] and previous["before"]:
                before.append(
                    previous["before"]
                )  # two turns of one side: what the other said before them still matters
        spans = tuple(_span(row["text"], span) for span in row["spans"])
        found.append(
            Utterance(key_of(row), language, row["role"], row["text"], tuple(before), row["family"], spans,
                      "call" if call else "written")
        )  # fmt: skip
    return found


def read_heard(folder: Path, language: str, written: Sequence[Utterance]) -> list[Utterance]:
    """What the recogniser made of spoken utterances; labels from the corpus as it is today."""
    by_key = {utterance.key: utterance for utterance in written}
    found: list[Utterance] = []
    for line in _lines(folder / "heard" / f"{language}.jsonl"):
        row = json.loads(line)
        source = by_key.get(row["of"])
        if source is None or not row["text"].strip():
            continue
        quotes = {span["label"]: span.get("quote") for span in row["spans"]}
        spans = []
        for label, *_, level in source.spans:
            at = row["text"].find(quotes.get(label) or "\0")
            spans.append((label, max(0, at), max(0, at) + (len(quotes[label]) if at >= 0 else 0), level))
        found.append(
            Utterance(
                source.key, language, source.role, row["text"], source.before, source.family, tuple(spans), "heard"
            )
        )
    return found


def targets(utterance: Utterance, labels: Sequence[str]) -> list[float]:
    """1.0 for each label the utterance holds; "refusal.3": a refusal of level 3 or more."""
    level = max((level for label, _, _, level in utterance.spans if label == "refusal"), default=0)
    held = utterance.labels
    return [float(level >= int(label.split(".")[1])) if "." in label else float(label in held) for label in labels]


def _span(text: str, span: dict[str, Any]) -> tuple[str, int, int, int]:
    start = text.find(span["quote"])
    return span["label"], start, start + len(span["quote"]), int(span.get("level") or 0)


def _lines(file: Path) -> list[str]:
    return [line for line in file.read_text("utf-8").splitlines() if line]
