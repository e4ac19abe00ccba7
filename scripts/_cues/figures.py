"""Precision, recall and F1 by label, as text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .train import Passage

__all__ = ["THRESHOLD", "table"]

THRESHOLD = 0.4  # probability from which a label counts as found; F1 is best near it on fold 1


def table(logits: NDArray[np.float32], passages: Sequence[Passage], labels: Sequence[str]) -> str:
    """logits: (passages, labels). Labels nobody said are left out, and so are the levels of a refusal."""
    known = np.array([passage.known for passage in passages]) > 0
    found = (1 / (1 + np.exp(-logits)) >= THRESHOLD) & known
    wanted = np.array([passage.targets for passage in passages]) > 0.5
    lines, scores = [], []
    for column, label in enumerate(labels):
        count = int(wanted[:, column].sum())
        if "." in label or not count:
            continue
        right = int((found[:, column] & wanted[:, column]).sum())
        precision, recall = right / max(1, int(found[:, column].sum())), right / count
        scores.append(2 * precision * recall / max(1e-9, precision + recall))
        lines.append(f"  {label:20} {precision:5.2f} {recall:5.2f} {scores[-1]:5.2f} {count:5}")
    return "\n".join([*sorted(lines), f"  {'macro F1':20} {'':11} {np.mean(scores):.3f}"])
