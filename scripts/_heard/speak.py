"""An utterance and its recipe -> a recording as a phone keeps it, in the cache."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from _samples.codecs import SUFFIXES, write_audio
from _samples.mix import LEAD_IN_S, Synthesiser, mix
from _samples.script import Line, Script, Setup
from _samples.signals import RATE_HZ, Sound

from .choose import Utterance
from .recipe import EDGE_S, Recipe, recipe_for, spoken_text

__all__ = ["clip_path", "record", "write_clip"]


def clip_path(cache: Path, utterance: Utterance, recipe: Recipe) -> Path:
    return cache / utterance.language / f"{utterance.key}-{recipe.digest}{SUFFIXES[recipe.codec]}"


def write_clip(utterance: Utterance, synthesiser: Synthesiser, cache: Path) -> Path:
    """Make the recording unless the cache has it; give back its path."""
    recipe = recipe_for(utterance)
    path = clip_path(cache, utterance, recipe)
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    write_audio(record(utterance, recipe, synthesiser), unfinished, codec=recipe.codec)
    os.replace(unfinished, path)
    return path


def record(utterance: Utterance, recipe: Recipe, synthesiser: Synthesiser) -> Sound:
    """(1, n) at 8 kHz: the words in the telephone's band with EDGE_S of line noise before and after."""
    line = Line(role="caller", text=spoken_text(utterance), gap=EDGE_S - LEAD_IN_S, speed=recipe.speed)
    script = Script(
        id=utterance.key,
        language=utterance.language,
        scenario="",
        call_kind="",
        setup=Setup(codec=recipe.codec, snr_db=recipe.snr_db, noise=recipe.noise),
        voices={"caller": recipe.voice},
        turns=(line,),
        events=(),
        verdicts={},
    )
    placed = mix(script, synthesiser, seed=recipe.seed)
    end = round((placed.spans[0][1] / 1000 + EDGE_S) * RATE_HZ)
    return np.ascontiguousarray(placed.samples[:, :end])
