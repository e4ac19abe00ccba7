"""Every entry of the lexicons flags what it must and lets pass what it must not, all lines read as one text."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

import pytest

from pipeline.cues.lexicon import LANGUAGES
from pipeline.cues.wording import find_wording
from pipeline.records import Cue
from pipeline.settings import CueSettings
from tests.cues.lines import read_scenes, scene_for

Lines = Literal["flags", "passes"]


@cache
def entries(language: str) -> tuple[Mapping[str, Any], ...]:
    """As written; read here so that collecting the tests needs no spaCy."""
    text = resources.files("pipeline.cues.lexicons").joinpath(f"{language}.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["entry"])


ALL = [pytest.param(language, entry, id=entry["id"]) for language in LANGUAGES for entry in entries(language)]
EVERY_ENTRY = [param for param in ALL if not param.values[1].get("against")]  # type: ignore[attr-defined]
AGAINST = [param for param in ALL if param.values[1].get("against")]  # type: ignore[attr-defined]


@cache
def read_all(language: str) -> dict[tuple[str, Lines, str], tuple[Cue, ...]]:
    """The cues in every line of a lexicon, by entry, list and line."""
    lines: list[tuple[Mapping[str, Any], Lines, str]] = []
    for entry in entries(language):
        lines += [(entry, "flags", line) for line in entry.get("flags", ())]
        lines += [(entry, "passes", line) for line in entry.get("passes", ())]
    scenes = [scene_for(line, entry["label"], after=entry.get("after"), language=language) for entry, _, line in lines]
    cues = read_scenes(scenes, language, CueSettings(classifier=False))  # an entry's lines are the entry's to hear
    return {(entry["id"], kind, line): found for (entry, kind, line), found in zip(lines, cues, strict=True)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_entries_have_names_of_their_own_that_begin_with_their_label(language: str) -> None:
    names = [entry["id"] for entry in entries(language)]
    assert len(names) == len(set(names))
    assert [entry["id"] for entry in entries(language) if entry["id"].split(".")[0] != entry["label"]] == []


@pytest.mark.parametrize(("language", "entry"), ALL)
def test_an_entry_has_two_lines_to_flag_and_two_to_pass(language: str, entry: Mapping[str, Any]) -> None:
    assert len(set(entry.get("flags", ()))) >= 2
    assert len(set(entry.get("passes", ()))) >= 2
    assert not set(entry["flags"]) & set(entry["passes"])


@pytest.mark.parametrize(("language", "entry"), EVERY_ENTRY)
def test_an_entry_flags_its_lines(language: str, entry: Mapping[str, Any]) -> None:
    found = {line: read_all(language)[entry["id"], "flags", line] for line in entry.get("flags", ())}
    missed = [line for line, cues in found.items() if all(cue.label != entry["label"] for cue in cues)]
    assert missed == []


@pytest.mark.parametrize(("language", "entry"), EVERY_ENTRY)
def test_an_entry_lets_pass_what_is_not_its_cue(language: str, entry: Mapping[str, Any]) -> None:
    found = {line: read_all(language)[entry["id"], "passes", line] for line in entry.get("passes", ())}
    flagged = {
        line: [vote.detail for vote in cue.votes]
        for line, cues in found.items()
        for cue in cues
        if cue.label == entry["label"]
    }
    assert flagged == {}


@pytest.mark.parametrize(("language", "entry"), EVERY_ENTRY)
def test_an_entry_itself_hears_one_of_its_lines(language: str, entry: Mapping[str, Any]) -> None:
    votes = [
        vote.detail
        for line in entry.get("flags", ())
        for cue in read_all(language)[entry["id"], "flags", line]
        for vote in cue.votes
    ]
    assert any(detail.startswith(f"{entry['id']}: ") for detail in votes)


LEVELS = [param for param in EVERY_ENTRY if param.values[1]["label"] == "refusal"]  # type: ignore[index]


@pytest.mark.parametrize(("language", "entry"), LEVELS)
def test_a_refusal_has_at_least_the_level_of_the_entry_that_heard_it(language: str, entry: Mapping[str, Any]) -> None:
    assert entry["level"] in (1, 2, 3, 4)
    for line in entry.get("flags", ()):
        levels = [
            cue.level
            for cue in read_all(language)[entry["id"], "flags", line]
            if any(vote.detail.startswith(f"{entry['id']}: ") for vote in cue.votes)
        ]
        assert all(level is not None and level >= entry["level"] for level in levels), (line, levels)


@pytest.mark.parametrize(("language", "entry"), AGAINST)
def test_what_speaks_against_a_cue_is_found_in_its_lines_makes_none_and_is_not_found_elsewhere(
    language: str, entry: Mapping[str, Any]
) -> None:
    for kind, found in (("flags", True), ("passes", False)):
        for line in entry[kind]:
            assert (entry["id"] in {part.entry.id for part in find_wording(line, language, frozenset())}) == found, line
    cues = read_scenes([scene_for(line, entry["label"], after=None, language=language) for line in entry["flags"]],
                       language, CueSettings())  # fmt: skip
    assert all(cue.label != entry["label"] for line in cues for cue in line)
