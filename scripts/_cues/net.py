"""The network of `pipeline.cues.classifier` and the encoder under it in torch: trained here, run there in numpy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import pad

from pipeline.cues.classifier import ENCODER, KERNELS, SHARE
from pipeline.cues.encoder import ORDERS, TUNED, WIDTH, TokenEncoder
from pipeline.phrases import sound_parts

__all__ = ["Encoder", "Net", "export"]

HIDDEN = 160  # numbers kept of a token
INNER = 256
SYLLABLE, FILTERS = 48, 64  # numbers a syllable; filters of each width over them
DROPPED, DROPPED_IN, DROPPED_EMBEDDING = 0.35, 0.2, 0.1
MOST = 20.0  # times that a number of a token, which hardly varies, is enlarged


class Encoder(nn.Module):
    """The convolutions over the word pieces, beginning as `TokenEncoder`'s; the pieces themselves stay as they are."""

    def __init__(self, encoder: TokenEncoder) -> None:
        super().__init__()
        self.weights = nn.ParameterDict(
            {name: nn.Parameter(torch.tensor(np.asarray(encoder.weights[name], dtype=np.float32))) for name in TUNED}
        )
        self.eps = float(encoder.weights["eps"])

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """(texts, tokens, 512), mask (texts, tokens) -> (texts, tokens, 1280)."""
        found, inside = [embedded], mask[..., None]
        for order, before in ORDERS:
            x = embedded @ self.weights[f"proj{order}"] + self.weights[f"proj_b{order}"]
            x = self._normalised(x, self.weights[f"ln_g{order}"], self.weights[f"ln_b{order}"])
            for layer in ("1", "2"):
                around = pad(x * inside, (0, 0, before, order - 1 - before))
                seen = torch.cat([around[:, place : place + x.shape[1]] for place in range(order)], -1)
                x = x + torch.relu(seen @ self.weights[f"w{layer}_{order}"] + self.weights[f"b{layer}_{order}"])
            found.append(x)
        return self._normalised(torch.cat(found, -1), self.weights["ln_g"], self.weights["ln_b"])

    def _normalised(self, x: Tensor, gain: Tensor, bias: Tensor) -> Tensor:
        x = x - x.mean(-1, keepdim=True)
        return x / torch.sqrt((x * x).mean(-1, keepdim=True) + self.eps) * gain + bias


class Net(nn.Module):
    def __init__(self, labels: int, known: Sequence[str], encoder: TokenEncoder) -> None:
        """known: the syllables, numbered from 1 in this order."""
        super().__init__()
        self.encoder = Encoder(encoder)
        self.register_buffer("scale", torch.ones(WIDTH))
        self.token = nn.Linear(WIDTH, HIDDEN)
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
        self.drop_embedding = nn.Dropout(DROPPED_EMBEDDING)

    def scaled_to(self, embedded: Tensor, mask: Tensor) -> None:
        """Take the spread of the token vectors from a sample: those that hardly vary are enlarged."""
        with torch.no_grad():
            spread = self.encoder(embedded, mask)[mask > 0].std(0)
            self.scale = (1 / torch.sqrt(spread.mean() * spread)).clamp(max=MOST)

    def spoken(self, numbers: Tensor) -> Tensor:
        whole = self.syllable(numbers) + self.initial(self.initial_of[numbers]) + self.final(self.final_of[numbers])
        return whole

    def summary(self, hidden: Tensor, mask: Tensor) -> Tensor:
        length = mask.sum(1, keepdim=True).clamp(min=1)
        return torch.cat([hidden.max(1).values, hidden.sum(1) / length.sqrt() * SHARE], -1)

    def hidden(self, embedded: Tensor, mask: Tensor) -> Tensor:
        vectors = self.encoder(self.drop_embedding(embedded), mask) * self.scale
        return torch.relu(self.token(self.drop_in(vectors))) * mask[..., None]

    def context(self, before: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
        """What was said before; the encoder does not learn from it, which halves the time."""
        summaries = []
        for embedded, mask in before:
            with torch.no_grad():
                vectors = self.encoder(embedded, mask) * self.scale
            hidden = torch.relu(self.token(self.drop_in(vectors))) * mask[..., None]
            summaries.append(self.summary(hidden, mask))
        return torch.stack(summaries).max(0).values

    def forward(self, embedded: Tensor, mask: Tensor, before: Sequence[tuple[Tensor, Tensor]], numbers: Tensor) -> Any:
        """-> logits of the passage (batch, labels), and of each token (batch, tokens, labels)."""
        hidden = self.hidden(embedded, mask)
        spoken = self.drop_in(self.spoken(numbers)).transpose(1, 2)
        heard = torch.cat([torch.relu(filters(spoken)).max(2).values for filters in self.sound], -1)
        passage = self.drop(torch.cat([self.summary(hidden, mask), self.context(before), heard], -1))
        by_token = self.place(hidden)
        strongest = (by_token + (mask[..., None] - 1) * 1e4).max(1).values
        inner = self.drop(torch.relu(self.inner(passage)))
        return self.outer(inner) + self.direct(passage) + strongest, by_token


def export(net: Net, labels: Sequence[str], known: Sequence[str], path: Path) -> None:
    """Half precision, about 5 MB; the scale folded into the first layer."""
    state = {name: value.detach().numpy() for name, value in net.state_dict().items()}
    numbers = torch.arange(len(known) + 1)
    arrays: dict[str, NDArray[Any]] = {
        "token": state["scale"][:, None] * state["token.weight"].T,
        "token_bias": state["token.bias"],
        "syllable": net.spoken(numbers).detach().numpy(),
        **{ENCODER + name: state[f"encoder.weights.{name}"] for name in TUNED},
    }
    for name in ("inner", "outer", "place", "direct"):
        arrays[name], arrays[f"{name}_bias"] = state[f"{name}.weight"].T, state[f"{name}.bias"]
    for place, width in enumerate(KERNELS):
        arrays[f"sound{width}"] = state[f"sound.{place}.weight"]
        arrays[f"sound{width}_bias"] = state[f"sound.{place}.bias"]
    halves = {name: value.astype(np.float16) for name, value in arrays.items()}
    with path.open("wb") as file:
        np.savez(file, **halves, labels=np.array(labels), syllables=np.array(known))
