"""Trains the network on passages and gives their log odds back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from pipeline.cues.classifier import syllable_numbers
from pipeline.cues.encoder import load_encoder
from pipeline.phrases import match_copy
from pipeline.records import CALLEE_LABELS, CALLER_LABELS

from .corpus import Utterance, targets
from .net import REDUCED, Net, Reduction

__all__ = ["LABELS", "Prepared", "Trained", "known_mask", "prepare", "read", "train"]

LABELS: tuple[str, ...] = (*CALLER_LABELS, *CALLEE_LABELS, "refusal.2", "refusal.3", "refusal.4")
EPOCHS, BATCH, RATE, DECAY = 14, 48, 2.5e-3, 0.02
PLACES = 0.5  # weight of the tokens' own loss, which teaches where a cue stands
SMOOTHED = 0.005  # of a target: labels are not beyond doubt
BEFORE = 2  # passages before that are read


@dataclass(frozen=True)
class Prepared:
    """What the network sees of each utterance. vectors: (tokens, REDUCED), by text."""

    utterances: tuple[Utterance, ...]
    vectors: dict[str, NDArray[np.float16]]
    places: list[NDArray[np.float32]]  # (tokens, labels): 1 where a token belongs to a cue
    numbers: list[NDArray[np.int64]]  # syllables
    targets: NDArray[np.float32]
    sides: NDArray[np.float32]  # 1 for the labels that this side can say
    syllables: tuple[str, ...]
    reduction: Reduction


@dataclass(frozen=True)
class Trained:
    net: Net
    prepared: Prepared


def known_mask(utterance: Utterance) -> list[float]:
    """1 for the labels of which it is known whether the utterance holds them: those of its side, or the one it is about."""
    own = CALLEE_LABELS if utterance.role == "callee" else CALLER_LABELS
    kinds = [label.split(".")[0] for label in LABELS]
    return [float(kind in own and utterance.about in (None, kind)) for kind in kinds]


def prepare(utterances: Sequence[Utterance], syllables: Sequence[str]) -> Prepared:
    encoder = load_encoder()
    texts = {(text, u.language) for u in utterances for text in (u.text, *u.before)}
    ordered = sorted(texts)
    rng = np.random.default_rng(0)
    sample = [ordered[i] for i in rng.choice(len(ordered), min(2000, len(ordered)), replace=False)]
    reduction = Reduction(
        np.concatenate([tokens.vectors for tokens in encoder.encode([match_copy(*pair) for pair in sample])])
    )
    vectors: dict[str, NDArray[np.float16]] = {}
    spans: dict[str, tuple[tuple[int, int], ...]] = {}
    for start in range(0, len(ordered), 500):
        part = ordered[start : start + 500]
        for (text, _), tokens in zip(part, encoder.encode([match_copy(*pair) for pair in part]), strict=True):
            vectors[text], spans[text] = (tokens.vectors @ reduction.matrix).astype(np.float16), tokens.spans
    known = {syllable: number for number, syllable in enumerate(syllables, 1)}
    return Prepared(
        tuple(utterances),
        vectors,
        [_places(u, spans[u.text]) for u in utterances],
        [syllable_numbers(match_copy(u.text, "zh") if u.language == "zh" else "", known) for u in utterances],
        np.array([targets(u, LABELS) for u in utterances], dtype=np.float32),
        np.array([known_mask(u) for u in utterances], dtype=np.float32),
        tuple(syllables),
        reduction,
    )


def train(prepared: Prepared, chosen: NDArray[np.int64], *, seed: int, epochs: int = EPOCHS) -> Trained:
    """chosen: which of the utterances are trained on. The same seed gives the same weights on the same machine."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    net = Net(len(LABELS), prepared.syllables)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    steps = epochs * (len(chosen) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    lengths = np.array([len(prepared.vectors[u.text]) for u in prepared.utterances])
    for _ in range(epochs):
        net.train()
        ordered = chosen[np.argsort(lengths[chosen] + rng.random(len(chosen)) * 8)]
        batches = [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
        for number in rng.permutation(len(batches)):
            loss = _loss(net, prepared, batches[number])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return Trained(net.eval(), prepared)


def read(trained: Trained, chosen: NDArray[np.int64]) -> NDArray[np.float32]:
    """(chosen, labels) log odds."""
    with torch.no_grad():
        return np.concatenate([trained.net(*_inputs(trained.prepared, part))[0].numpy() for part in _parts(chosen)])


def _parts(chosen: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(chosen), 64):
        yield chosen[start : start + 64]


def _loss(net: Net, prepared: Prepared, batch: NDArray[np.int64]) -> Tensor:
    inputs = _inputs(prepared, batch)
    logits, by_token = net(*inputs)
    wanted, sides = torch.from_numpy(prepared.targets[batch]), torch.from_numpy(prepared.sides[batch])
    wanted = wanted * (1 - 2 * SMOOTHED) + SMOOTHED
    whole = (cross_entropy(logits, wanted, reduction="none") * sides).sum() / len(batch)
    places, mask = _padded([prepared.places[i] for i in batch], len(LABELS))
    counted = mask[..., None] * sides[:, None]
    placed = (cross_entropy(by_token, places, reduction="none") * counted).sum() / mask.sum()
    return whole + PLACES * placed


def _inputs(prepared: Prepared, batch: NDArray[np.int64]) -> tuple[Tensor, Tensor, list[tuple[Tensor, Tensor]], Tensor]:
    utterances = [prepared.utterances[i] for i in batch]
    vectors, mask = _padded([prepared.vectors[u.text] for u in utterances], REDUCED)
    nothing = np.zeros((1, REDUCED), dtype=np.float16)
    before = []
    for place in range(BEFORE):
        said = [prepared.vectors[u.before[place]] if len(u.before) > place else nothing for u in utterances]
        part, there = _padded(said, REDUCED)
        there = there * torch.tensor([[float(len(u.before) > place)] for u in utterances])
        before.append((part, there))
    numbers = [prepared.numbers[i] for i in batch]
    padded = torch.zeros((len(batch), max(map(len, numbers))), dtype=torch.long)
    for row, spoken in enumerate(numbers):
        padded[row, : len(spoken)] = torch.from_numpy(spoken)
    return vectors, mask, before, padded


def _padded(parts: Sequence[NDArray[np.float16] | NDArray[np.float32]], width: int) -> tuple[Tensor, Tensor]:
    longest = max(len(part) for part in parts)
    filled = np.zeros((len(parts), longest, width), dtype=np.float32)
    mask = np.zeros((len(parts), longest), dtype=np.float32)
    for row, part in enumerate(parts):
        filled[row, : len(part)], mask[row, : len(part)] = part, 1
    return torch.from_numpy(filled), torch.from_numpy(mask)


def _places(utterance: Utterance, spans: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
    found = np.zeros((len(spans), len(LABELS)), dtype=np.float32)
    for label, start, end, level in utterance.spans:
        for column, name in enumerate(LABELS):
            if name == label or (label == "refusal" and "." in name and level >= int(name[-1])):
                found[[a < end and b > start and b > a for a, b in spans], column] = 1.0
    return found
