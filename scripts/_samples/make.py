"""One script -> audio and gold beside each other in a folder."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

from .codecs import SUFFIXES, write_audio
from .mix import Placed, Synthesiser, mix
from .script import Line, Script

__all__ = ["gold", "make_call"]

LINE_DEFAULTS = {field.name: field.default for field in dataclasses.fields(Line)}


def make_call(script: Script, synthesiser: Synthesiser, folder: Path, *, seed: int = 0) -> Path:
    """Write folder/<id>.<audio> and folder/<id>.json; give back the audio's path. The seed steers the noise alone."""
    placed = mix(script, synthesiser, seed=seed)
    audio = folder / (script.id + SUFFIXES[script.setup.codec])
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = audio.with_name(f".{audio.name}.part")
    write_audio(placed.samples, unfinished, codec=script.setup.codec)
    os.replace(unfinished, audio)
    text = json.dumps(gold(script, placed, audio.name), ensure_ascii=False, indent=1)
    (folder / f"{script.id}.json").write_text(text + "\n", encoding="utf-8")
    return audio


def gold(script: Script, placed: Placed, file: str) -> dict[str, Any]:
    """The script with the exact times of every turn and tone, and the name of its recording."""
    turns = [
        _sparse(line) | {"start_ms": start, "end_ms": end}
        for line, (start, end) in zip(script.turns, placed.spans, strict=True)
    ]
    events = [{k: v for k, v in dataclasses.asdict(event).items() if v is not None} for event in script.events]
    return {
        "id": script.id,
        "language": script.language,
        "scenario": script.scenario,
        "call_kind": script.call_kind,
        "setup": dataclasses.asdict(script.setup),
        "voices": script.voices,
        "turns": turns,
        "events": events,
        "verdicts": script.verdicts,
        "signals": [dataclasses.asdict(signal) for signal in placed.signals],
        "file": file,
        "duration_ms": placed.duration_ms,
    }


def _sparse(line: Line) -> dict[str, Any]:
    """A turn's keys that say something, role, text and gap always."""
    every = dataclasses.asdict(line)
    return {k: v for k, v in every.items() if k in ("role", "text", "gap") or v != LINE_DEFAULTS[k]}
