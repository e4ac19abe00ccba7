"""The network of `pipeline.cues.classifier` in torch: trained here, run there in numpy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.cues.classifier import KERNELS, SHARE
from pipeline.phrases import sound_parts

__all__ = ["Net", "Reduction", "export"]

HIDDEN = 160  # numbers kept of a token
INNER = 256
SYLLABLE, FILTERS = 48, 64  # numbers a syllable; filters of each width over them
DROPPED, DROPPED_IN = 0.35, 0.2
REDUCED = 320  # directions of the token vectors that are trained on; folded back into the first layer afterwards


class Reduction:
    """The main directions of the token vectors: a smaller input, so that training takes minutes on two cores."""

    def __init__(self, sample: NDArray[np.float32]) -> None:
        values, directions = np.linalg.eigh(sample.T @ sample / len(sample))
        kept = directions[:, ::-1][:, :REDUCED] / np.sqrt(np.sqrt(values[::-1][:REDUCED]))
        self.matrix = np.ascontiguousarray(kept, dtype=np.float32)  # (WIDTH, REDUCED)


class Net(nn.Module):
    def __init__(self, labels: int, known: Sequence[str]) -> None:
        """known: the syllables, numbered from 1 in this order."""
        super().__init__()
        self.token = nn.Linear(REDUCED, HIDDEN)
        initials, finals = zip(*(sound_parts(syllable) for syllable in known), strict=True)
        self.syllable, self.initial, self.final = (
            nn.Embedding(count + 1, SYLLABLE, padding_idx=0)
            for count in (len(known), len(set(initials)), len(set(finals)))
        )
        for name, parts in (("initial_of", initials), ("final_of", finals)):
            order = {part: number for number, part in enumerate(sorted(set(parts)), 1)}
            self.register_buffer(name, torch.tensor([0, *(order[part] for part in parts)]))
        self.sound = nn.ModuleList(nn.Conv1d(SYLLABLE, FILTERS, width, padding=width - 1) for width in KERNELS)
        size = 4 * HIDDEN + FILTERS * len(KERNELS)
        self.inner, self.outer = nn.Linear(size, INNER), nn.Linear(INNER, labels)
        self.place, self.direct = nn.Linear(HIDDEN, labels), nn.Linear(size, labels)
        self.drop, self.drop_in = nn.Dropout(DROPPED), nn.Dropout(DROPPED_IN)

    def spoken(self, numbers: Tensor) -> Tensor:
        whole = self.syllable(numbers) + self.initial(self.initial_of[numbers]) + self.final(self.final_of[numbers])
        return whole

    def summary(self, hidden: Tensor, mask: Tensor) -> Tensor:
        length = mask.sum(1, keepdim=True).clamp(min=1)
        return torch.cat([hidden.max(1).values, hidden.sum(1) / length.sqrt() * SHARE], -1)

    def hidden(self, vectors: Tensor, mask: Tensor) -> Tensor:
        return torch.relu(self.token(self.drop_in(vectors))) * mask[..., None]

    def forward(self, vectors: Tensor, mask: Tensor, before: Sequence[tuple[Tensor, Tensor]], numbers: Tensor) -> Any:
        """-> logits of the passage (batch, labels), and of each token (batch, tokens, labels)."""
        hidden = self.hidden(vectors, mask)
        context = torch.stack([self.summary(self.hidden(*part), part[1]) for part in before]).max(0).values
        spoken = self.drop_in(self.spoken(numbers)).transpose(1, 2)
        heard = torch.cat([torch.relu(filters(spoken)).max(2).values for filters in self.sound], -1)
        passage = self.drop(torch.cat([self.summary(hidden, mask), context, heard], -1))
        by_token = self.place(hidden)
        strongest = (by_token + (mask[..., None] - 1) * 1e4).max(1).values
        inner = self.drop(torch.relu(self.inner(passage)))
        return self.outer(inner) + self.direct(passage) + strongest, by_token


def export(net: Net, reduction: Reduction, labels: Sequence[str], known: Sequence[str], path: Path) -> None:
    """Half precision, about 2 MB; the reduction folded into the first layer."""
    state = {name: value.detach().numpy() for name, value in net.state_dict().items()}
    numbers = torch.arange(len(known) + 1)
    arrays: dict[str, NDArray[Any]] = {
        "token": reduction.matrix @ state["token.weight"].T,
        "token_bias": state["token.bias"],
        "syllable": net.spoken(numbers).detach().numpy(),
    }
    for name in ("inner", "outer", "place", "direct"):
        arrays[name], arrays[f"{name}_bias"] = state[f"{name}.weight"].T, state[f"{name}.bias"]
    for place, width in enumerate(KERNELS):
        arrays[f"sound{width}"] = state[f"sound.{place}.weight"]
        arrays[f"sound{width}_bias"] = state[f"sound.{place}.bias"]
    halves = {name: value.astype(np.float16) for name, value in arrays.items()}
    with path.open("wb") as file:
        np.savez(file, **halves, labels=np.array(labels), syllables=np.array(known))
