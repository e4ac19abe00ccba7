"""The trained witness: which cues a passage holds, read with the passage before it, and where in it they stand.

A small network over the token vectors of `encoder`, whose convolutions were trained along, and in Mandarin over the
syllables. scripts/train_cues trains it in torch; here it is run in numpy. docs/accuracy.md says how well it does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.phrases import match_copy, syllables
from pipeline.weights import find

from .encoder import Floats, TokenEncoder, Tokens

MODEL = "cue-classifier"  # its name in the registry
ENCODER = "encoder."  # before the names of the encoder's own weights, trained along
KERNELS = (1, 2, 3, 4)  # syllables a filter of the sound part sees
SHARE = 0.5  # of the summed token vectors in the summary of a passage; keeps both halves of one size
_NO_SOUND = 0  # the syllable that stands for the border between two phrases, and for what has no sound
_NEAR_PEAK = 2.0  # logits a token may lie under the strongest one and still belong to the place


@dataclass(frozen=True)
class Passage:
    """What the network reads at once. before: what was said just before, nearest first; "" is nothing."""

    text: str
    before: tuple[str, ...] = ()


@dataclass(frozen=True)
class Heard:
    """logits: log odds of each cue in the passage. places: where in its text each would stand, [start, end)."""

    logits: Mapping[str, float]
    places: Mapping[str, tuple[int, int]]

    @property
    def refusal_level(self) -> int:
        """Of a refusal, were it one: the highest level that is more likely than not, 1 where none is."""
        return max([1, *(level for level in (2, 3, 4) if self.logits.get(f"refusal.{level}", -1.0) > 0)])


class CueClassifier:
    """labels: the vocabulary's cues, and "refusal.2" to "refusal.4": a refusal of at least that level."""

    def __init__(self, path: Path) -> None:
        with np.load(path, allow_pickle=False) as stored:
            self._weights: dict[str, Any] = {
                name: stored[name].astype(np.float32) for name in stored.files if stored[name].dtype.kind == "f"
            }
            self.labels = tuple(str(label) for label in stored["labels"])
            self._syllables = {str(spoken): number for number, spoken in enumerate(stored["syllables"], 1)}
        tuned = {name.removeprefix(ENCODER): self._weights.pop(name) for name in stored.files if ENCODER in name}
        self._encoder = TokenEncoder(tuned)

    def read(self, passages: Sequence[Passage], language: str) -> list[Heard]:
        """One reading a passage, in order. Texts are verbatim; every text is encoded once."""
        wanted = dict.fromkeys(text for passage in passages for text in (passage.text, *passage.before) if text)
        copies = {text: match_copy(text, language) for text in wanted}
        encoded = dict(zip(wanted, self._encoder.encode(list(copies.values())), strict=True))
        hidden = {text: self._hidden(tokens) for text, tokens in encoded.items()}
        nothing = np.zeros(2 * len(self._weights["token_bias"]), dtype=np.float32)
        return [
            self._read(
                encoded[passage.text],
                hidden[passage.text],
                np.max([summary(hidden[text]) for text in passage.before if text] or [nothing], axis=0),
                self._sound(copies[passage.text]) if language == "zh" else self._sound(""),
            )
            for passage in passages
        ]

    def _hidden(self, tokens: Tokens) -> Floats:
        w = self._weights
        return np.asarray(np.maximum(tokens.vectors @ w["token"] + w["token_bias"], 0), dtype=np.float32)

    def _sound(self, text: str) -> Floats:
        """The strongest answer of each filter to the syllables of a text."""
        numbers = syllable_numbers(text, self._syllables)
        spoken = self._weights["syllable"][numbers]
        answers = []
        for width in KERNELS:
            edge = np.zeros((width - 1, spoken.shape[1]), dtype=np.float32)
            padded = np.vstack([edge, spoken, edge])
            seen = np.lib.stride_tricks.sliding_window_view(padded, width, axis=0)  # (places, size, width)
            kernel, bias = self._weights[f"sound{width}"], self._weights[f"sound{width}_bias"]
            answers.append(np.maximum(np.tensordot(seen, kernel, axes=([1, 2], [1, 2])) + bias, 0).max(axis=0))
        return np.concatenate(answers).astype(np.float32)

    def _read(self, tokens: Tokens, hidden: Floats, before: Floats, sound: Floats) -> Heard:
        w = self._weights
        passage = np.concatenate([summary(hidden), before, sound])
        by_token = hidden @ w["place"] + w["place_bias"]
        inner = np.maximum(passage @ w["inner"] + w["inner_bias"], 0)
        logits = inner @ w["outer"] + w["outer_bias"] + passage @ w["direct"] + w["direct_bias"] + by_token.max(axis=0)
        return Heard(
            {label: float(logits[number]) for number, label in enumerate(self.labels)},
            {label: _place(by_token[:, number], tokens.spans) for number, label in enumerate(self.labels)},
        )


@cache
def load_classifier() -> CueClassifier:
    """The shipped weights, once a process: about 1 s and 90 MB. Raises ModelMissing, ModelDamaged."""
    return CueClassifier(find(MODEL))


def summary(hidden: Floats) -> Floats:
    """(tokens, n) -> (2 n,): the strongest of each, and their sum, damped by the root of the length."""
    return np.concatenate([hidden.max(axis=0), hidden.sum(axis=0) / np.sqrt(len(hidden)) * SHARE])


def syllable_numbers(text: str, known: Mapping[str, int]) -> NDArray[np.int64]:
    """One number a spoken character of a match copy; a border between phrases once. Never empty."""
    numbers: list[int] = []
    for character, spoken in zip(text, syllables(text), strict=True):
        number = known.get(spoken, _NO_SOUND) if character.isalnum() else _NO_SOUND
        if number != _NO_SOUND or (numbers and numbers[-1] != _NO_SOUND):
            numbers.append(number)
    return np.array(numbers or [_NO_SOUND], dtype=np.int64)


def _place(scores: Floats, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The run of tokens around the strongest one that come near it."""
    inner = [number for number, (start, end) in enumerate(spans) if end > start]
    if not inner:
        return spans[0][0], spans[-1][1]
    peak = max(inner, key=lambda number: float(scores[number]))
    floor = float(scores[peak]) - _NEAR_PEAK
    first = last = peak
    while first - 1 in inner and scores[first - 1] >= floor:
        first -= 1
    while last + 1 in inner and scores[last + 1] >= floor:
        last += 1
    return spans[first][0], spans[last][1]
