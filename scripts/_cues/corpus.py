"""The corpus as it is trained on: one utterance a passage, as written and as heard over a phone line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.cues.layout import CallText
from pipeline.cues.lexicon import load_lexicon
from pipeline.cues.reading import pieces
from pipeline.records import CALLEE_LABELS, Transcript, Turn

__all__ = [
    "ALWAYS",
    "FOLDS",
    "UNSEEN",
    "Utterance",
    "fold_of",
    "in_pieces",
    "read_heard",
    "read_lexicon",
    "read_written",
    "targets",
]

FOLDS, UNSEEN = 5, 0  # families fall into five folds by their name; the first is never trained or tuned on
ALWAYS = FOLDS  # the fold of the lexicons' own lines: trained on, never measured on


#: What an entry that waits for a question is answered to.
QUESTIONS: dict[str, dict[str, str]] = {
    "zh": {
        "asks_if_robot": "你是机器人吗？",
        "asks_human": "转人工。",
        "asks_source": "你怎么有我的电话号码？",
        "consent_request": "方便给您介绍一下吗？",
        "refusal": "以后别再给我打电话了。",
    },
    "en": {
        "asks_if_robot": "Are you a robot?",
        "asks_human": "I want to talk to a human.",
        "asks_source": "Where did you get my number?",
        "consent_request": "Do you have a minute to talk?",
        "refusal": "Stop calling me.",
    },
}


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
    source: str  # written | heard | call | lexicon
    about: str | None = None  # the one label that a lexicon's line is about; None: all are known

    @property
    def fold(self) -> int:
        return ALWAYS if self.source == "lexicon" else fold_of(self.family)

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


def read_lexicon(language: str) -> list[Utterance]:
    """The lines that each entry of a lexicon must flag and must not: of each, only the entry's own label is known."""
    found: list[Utterance] = []
    for entry in load_lexicon(language).entries.values():
        if entry.against:
            continue
        role = "callee" if entry.label in CALLEE_LABELS else "caller"
        before = (QUESTIONS[language][entry.after],) if entry.after else ()
        for flagged, lines in ((True, entry.flags), (False, entry.passes)):
            for number, line in enumerate(lines):
                spans = ((entry.label, 0, len(line), entry.level or 0),) if flagged else ()
                key = f"lexicon {language} {entry.id} {flagged} {number}"
                found.append(
                    Utterance(key, language, role, line, before, f"lexicon/{entry.id}", spans, "lexicon", entry.label)
                )
    return found


def in_pieces(utterance: Utterance) -> list[Utterance]:
    """A long turn as the program reads it: piece after piece, each with the one before it."""
    turn = Turn("t", "caller", 1.0, None, None, None, utterance.text, 1.0)
    call = CallText(Transcript(utterance.language, 1.0, (turn,)))
    cut = pieces(call, call.turns[0], utterance.language)
    if len(cut) == 1:
        return [utterance]
    found: list[Utterance] = []
    before = utterance.before
    for start, end in cut:
        inside = [
            (label, max(a, start) - start, min(b, end) - start, level)
            for label, a, b, level in utterance.spans
            if start <= (a + b) / 2 < end or (a == b == start)
        ]
        text = utterance.text[start:end]
        if text.strip():
            found.append(replace(utterance, text=text, before=before, spans=tuple(inside)))
            before = (text,)
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
