"""How alike voices sound, by their embeddings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pipeline.records import Role, Turn

Voices = Mapping[str, npt.NDArray[np.float32]]  # a turn's id -> its embedding


def similarity(one: Sequence[npt.NDArray[np.float32]], other: Sequence[npt.NDArray[np.float32]]) -> float:
    a, b = np.mean(one, axis=0), np.mean(other, axis=0)
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b) + 1e-9))


def likeness_to_sides(
    turns: Sequence[Turn], roles: Mapping[str, tuple[Role, float]], voices: Voices
) -> dict[str, float]:
    """For each turn with an embedding: how much more it sounds like the far side than like the near, -2 to 2."""
    far = [turn.id for turn in turns if roles.get(turn.speaker or "", ("unknown", 0))[0] in ("caller", "human")]
    near = [turn.id for turn in turns if roles.get(turn.speaker or "", ("unknown", 0))[0] == "callee"]
    likeness = {}
    for turn in turns:
        if turn.id not in voices:
            continue
        sets = [[voices[name] for name in names if name in voices and name != turn.id] for names in (far, near)]
        if all(sets):
            likeness[turn.id] = similarity([voices[turn.id]], sets[0]) - similarity([voices[turn.id]], sets[1])
    return likeness
