"""Trains the network on passages and gives their log odds back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy
from torch.nn.utils import clip_grad_norm_

from pipeline.cues.classifier import syllable_numbers
from pipeline.cues.encoder import TokenEncoder
from pipeline.phrases import match_copy
from pipeline.records import CALLEE_LABELS, CALLER_LABELS

from .corpus import Utterance, targets
from .net import Net

__all__ = ["LABELS", "Passage", "Preparer", "known_mask", "read", "train"]

LABELS: tuple[str, ...] = (*CALLER_LABELS, *CALLEE_LABELS, "refusal.2", "refusal.3", "refusal.4")
EPOCHS, BATCH = 10, 48
RATE, RATE_ENCODER, DECAY, WARMING = 2.5e-3, 3e-4, 0.02, 0.15  # the encoder was trained before and learns slower
CLIPPED = 5.0
PLACES = 0.5  # weight of the tokens' own loss, which teaches where a cue stands
SMOOTHED = 0.005  # of a target: labels are not beyond doubt
BEFORE = 2  # passages before that are read
SAMPLE = 300  # passages from which the spread of the token vectors is taken
_NOTHING = np.zeros(1, dtype=np.int64)


@dataclass(frozen=True)
class Passage:
    """What the network sees of an utterance. ids, before: word pieces; numbers: syllables.

    places: (tokens, labels), 1 where a token belongs to a cue. known: 1 for the labels that are known.
    """

    ids: NDArray[np.int64]
    before: tuple[NDArray[np.int64], ...]
    numbers: NDArray[np.int64]
    places: NDArray[np.float32]
    targets: NDArray[np.float32]
    known: NDArray[np.float32]


def known_mask(utterance: Utterance) -> list[float]:
    """1 for the labels of which it is known whether the utterance holds them: its side's, or the one it is about."""
    own = CALLEE_LABELS if utterance.role == "callee" else CALLER_LABELS
    kinds = [label.split(".")[0] for label in LABELS]
    return [float(kind in own and utterance.about in (None, kind)) for kind in kinds]


class Preparer:
    """Utterances as the network reads them; every text is cut into word pieces once."""

    def __init__(self, encoder: TokenEncoder, syllables: Sequence[str]) -> None:
        self._encoder = encoder
        self._known = {syllable: number for number, syllable in enumerate(syllables, 1)}
        self._pieces: dict[str, tuple[NDArray[np.int64], tuple[tuple[int, int], ...]]] = {}

    def __call__(self, utterance: Utterance) -> Passage:
        language = utterance.language
        ids, spans = self._cut(match_copy(utterance.text, language))
        return Passage(
            ids,
            tuple(self._cut(match_copy(text, language))[0] for text in utterance.before[:BEFORE]),
            syllable_numbers(match_copy(utterance.text, "zh") if language == "zh" else "", self._known),
            _places(utterance, spans),
            np.array(targets(utterance, LABELS), dtype=np.float32),
            np.array(known_mask(utterance), dtype=np.float32),
        )

    def _cut(self, text: str) -> tuple[NDArray[np.int64], tuple[tuple[int, int], ...]]:
        if text not in self._pieces:
            ids, spans = self._encoder.pieces(text)
            self._pieces[text] = np.asarray(ids, dtype=np.int64), spans
        return self._pieces[text]


def train(
    passages: Sequence[Sequence[Passage]],
    encoder: TokenEncoder,
    syllables: Sequence[str],
    *,
    seed: int,
    epochs: int = EPOCHS,
    after: Callable[[int, float], None] | None = None,
) -> Net:
    """passages: of each utterance itself and its copies; half of the time the one is read, half the others.
    after: called with each epoch's number and mean loss.

    One thread and one seed give the same weights again on the same machine.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    net = Net(len(LABELS), syllables, encoder)
    net.scaled_to(*_padded([own[0].ids for own in passages[:SAMPLE]], encoder))
    tuned = list(net.encoder.parameters())
    fresh = [value for name, value in net.named_parameters() if not name.startswith("encoder.")]
    optimiser = torch.optim.AdamW(
        [
            {"params": fresh, "lr": RATE, "weight_decay": DECAY},
            {"params": tuned, "lr": RATE_ENCODER, "weight_decay": 0.0},
        ]
    )
    steps = epochs * -(-len(passages) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [RATE, RATE_ENCODER], total_steps=steps, pct_start=WARMING
    )
    for epoch in range(epochs):
        net.train()
        total = 0.0
        drawn = [own[0] if len(own) < 2 or rng.random() < 0.5 else own[rng.integers(1, len(own))] for own in passages]
        batches = list(_by_length(drawn, rng))
        for number in rng.permutation(len(batches)):
            loss = _loss(net, [drawn[i] for i in batches[number]], encoder)
            optimiser.zero_grad()
            loss.backward()
            clip_grad_norm_(net.parameters(), CLIPPED)
            optimiser.step()
            schedule.step()
            total += loss.item()
        if after:
            after(epoch + 1, total / len(batches))
    return net.eval()


def read(net: Net, passages: Sequence[Passage], encoder: TokenEncoder) -> NDArray[np.float32]:
    """(passages, labels) log odds."""
    found = np.zeros((len(passages), len(LABELS)), dtype=np.float32)
    with torch.no_grad():
        for part in _by_length(passages, None):
            found[part] = net(*_inputs([passages[i] for i in part], encoder))[0].numpy()
    return found


def _by_length(passages: Sequence[Passage], rng: np.random.Generator | None) -> Iterator[NDArray[np.int64]]:
    """Batches of nearly the same length."""
    lengths = np.array([len(passage.ids) for passage in passages], dtype=float)
    order = np.argsort(lengths + (rng.random(len(lengths)) * 8 if rng else 0), kind="stable")
    for start in range(0, len(order), BATCH):
        yield order[start : start + BATCH]


def _loss(net: Net, batch: Sequence[Passage], encoder: TokenEncoder) -> Tensor:
    inputs = _inputs(batch, encoder)
    mask = inputs[1]
    logits, by_token = net(*inputs)
    wanted = torch.from_numpy(np.array([passage.targets for passage in batch])) * (1 - 2 * SMOOTHED) + SMOOTHED
    known = torch.from_numpy(np.array([passage.known for passage in batch]))
    whole = (cross_entropy(logits, wanted, reduction="none") * known).sum() / len(batch)
    places = torch.zeros((*mask.shape, len(LABELS)))
    for row, passage in enumerate(batch):
        places[row, : len(passage.places)] = torch.from_numpy(passage.places)
    counted = mask[..., None] * known[:, None]
    placed = (cross_entropy(by_token, places, reduction="none") * counted).sum() / mask.sum()
    return whole + PLACES * placed


def _inputs(
    batch: Sequence[Passage], encoder: TokenEncoder
) -> tuple[Tensor, Tensor, list[tuple[Tensor, Tensor]], Tensor]:
    embedded, mask = _padded([passage.ids for passage in batch], encoder)
    before = []
    for place in range(BEFORE):
        there = torch.tensor([[float(len(passage.before) > place)] for passage in batch])
        said = [passage.before[place] if len(passage.before) > place else _NOTHING for passage in batch]
        part, tokens = _padded(said, encoder)
        before.append((part, tokens * there))
    numbers = torch.zeros((len(batch), max(len(passage.numbers) for passage in batch)), dtype=torch.long)
    for row, passage in enumerate(batch):
        numbers[row, : len(passage.numbers)] = torch.from_numpy(passage.numbers)
    return embedded, mask, before, numbers


def _padded(parts: Sequence[NDArray[np.int64]], encoder: TokenEncoder) -> tuple[Tensor, Tensor]:
    """Word pieces -> (texts, tokens, 512) and which of the tokens are there."""
    longest = max(len(part) for part in parts)
    mask = np.zeros((len(parts), longest), dtype=np.float32)
    embedded = torch.zeros((len(parts), longest, encoder.embedded(_NOTHING).shape[1]))
    for row, part in enumerate(parts):
        embedded[row, : len(part)] = torch.from_numpy(encoder.embedded(part))
        mask[row, : len(part)] = 1
    return embedded, torch.from_numpy(mask)


def _places(utterance: Utterance, spans: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
    found = np.zeros((len(spans), len(LABELS)), dtype=np.float32)
    for label, start, end, level in utterance.spans:
        for column, name in enumerate(LABELS):
            if name == label or (label == "refusal" and "." in name and level >= int(name[-1])):
                found[[a < end and b > start and b > a for a, b in spans], column] = 1.0
    return found
