"""The utterances are what their README says: training and measuring rest on it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipeline.records import CALLEE_LABELS, CALLER_LABELS

FOLDER = Path(__file__).resolve().parent.parent / "scripts" / "corpus"
KEYS = {"language", "role", "text", "before", "spans", "family", "region", "trade", "register", "direct"}


@pytest.fixture(scope="module")
def utterances() -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for file in sorted(FOLDER.rglob("??-?-*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]


def test_every_quote_is_in_its_turn_and_every_label_fits_the_role(utterances: list[dict[str, Any]]) -> None:
    for utterance in utterances:
        assert set(utterance) - {"call"} == KEYS, utterance
        allowed = CALLER_LABELS if utterance["role"] == "caller" else CALLEE_LABELS
        for span in utterance["spans"]:
            assert span["quote"] and span["quote"] in utterance["text"], utterance
            assert span["label"] in allowed, utterance
            assert (span.get("level") in (1, 2, 3, 4)) == (span["label"] == "refusal"), utterance


def test_no_turn_stands_twice_after_the_same_words(utterances: list[dict[str, Any]]) -> None:
    seen = Counter((u["language"], u["role"], u["before"], u["text"]) for u in utterances)
    assert [turn for turn, count in seen.items() if count > 1] == []


def test_both_languages_hold_every_label_and_plenty_of_none(utterances: list[dict[str, Any]]) -> None:
    for language in ("zh", "en"):
        own = [u for u in utterances if u["language"] == language]
        labels = Counter(label for u in own for label in {span["label"] for span in u["spans"]})
        assert all(labels[label] >= 40 for label in CALLER_LABELS + CALLEE_LABELS), (language, labels)
        assert sum(not u["spans"] for u in own) >= 500
