"""Lines that a matcher of keywords gets wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from pipeline.records import Cue, CueLabel
from pipeline.settings import CueSettings
from tests.cues.lines import Scene, read_scenes

LINES: list[Mapping[str, Any]] = tomllib.loads((Path(__file__).parent / "traps.toml").read_text("utf-8"))["line"]


def _param(line: Mapping[str, Any]) -> Any:
    later = pytest.mark.xfail(strict=False, reason="a later issue takes this to its best")
    return pytest.param(line, id=line["id"], marks=[later] if line.get("later") else [])


@cache
def read_all(language: str) -> dict[str, tuple[Cue, ...]]:
    """The cues in the last turn of every line of a language, by the line's id."""
    lines = [line for line in LINES if line["language"] == language]
    scenes = [
        Scene((*((role, text) for role, text in line.get("before", ())), (line["role"], line["text"])))
        for line in lines
    ]
    return {line["id"]: cues for line, cues in zip(lines, read_scenes(scenes, language, CueSettings()), strict=True)}


@pytest.mark.parametrize("line", map(_param, LINES))
def test_a_deceiving_line_is_what_it_is_and_nothing_else(line: Mapping[str, Any]) -> None:
    found = {cue.label: cue for cue in read_all(line["language"])[line["id"]]}
    assert [label for label in line["expect"] if label not in found] == []
    assert [label for label in line["never"] if label in found] == []
    if "level" in line:
        assert found["refusal"].level == line["level"]


def test_the_lines_use_the_words_of_the_vocabulary() -> None:
    labels = {label for line in LINES for label in (*line["expect"], *line["never"])}
    assert labels <= set(get_args(CueLabel))
    assert len({line["id"] for line in LINES}) == len(LINES)
