"""What a named body sounds like, as data: lexicons/zh_bodies.toml, read once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from pipeline.phrases import syllables


@dataclass(frozen=True)
class Spoken:
    """Phrases of one use, with their syllables, all worth `points`."""

    phrases: tuple[tuple[str, tuple[str, ...]], ...]
    points: float


@dataclass(frozen=True)
class BodyWords:
    """lexicons/zh_bodies.toml, read.

    Before a name: frames; greeting, address, introduced (patterns at the end of what was said before), asked (in the
    other side's turn). Its end: kinds; alone: kinds that need no name; homophones: other words that sound like a kind.
    Behind it: roles (after 的), speaks, goes_on, opens (after 的). In its place: signs and never (no name), doubtful,
    generic (the whole of it).
    """

    frames: tuple[Spoken, ...]
    kinds: tuple[Spoken, ...]
    alone: frozenset[str]
    homophones: frozenset[str]
    roles: Spoken
    speaks: tuple[Spoken, ...]
    goes_on: re.Pattern[str]
    goes_on_points: float
    opens: re.Pattern[str]
    signs: re.Pattern[str]
    never: re.Pattern[str]
    doubtful: re.Pattern[str]
    generic: frozenset[str]
    greeting: re.Pattern[str]
    address: re.Pattern[str]
    introduced: re.Pattern[str]
    asked: re.Pattern[str]


@cache
def body_words() -> BodyWords:
    """The data of the package; the first call reads the file."""
    raw = tomllib.loads(resources.files("pipeline.cues.lexicons").joinpath("zh_bodies.toml").read_text("utf-8"))

    def read(entry: Mapping[str, Any]) -> Spoken:
        return Spoken(tuple((phrase, tuple(syllables(phrase))) for phrase in entry["phrases"]), entry["points"])

    def any_of(phrases: list[str], behind: str = "") -> re.Pattern[str]:
        return re.compile(f"(?:{'|'.join(phrases)}){behind}")

    before, name = raw["before"], raw["name"]
    return BodyWords(
        frames=tuple(read(entry) for entry in raw["frame"]),
        kinds=tuple(read(entry) for entry in raw["kind"]),
        alone=frozenset(raw["kinds"]["alone"]),
        homophones=frozenset(raw["kinds"]["homophones"]),
        roles=read(raw["role"]),
        speaks=tuple(read(entry) for entry in raw["speaks"]),
        goes_on=any_of(raw["goes_on"]["words"]),
        goes_on_points=raw["goes_on"]["points"],
        opens=any_of(raw["goes_on"]["opens"]),
        signs=re.compile(f"[{name['signs']}]"),
        never=any_of(name["never"]),
        doubtful=any_of(name["doubtful"]),
        generic=frozenset((*name["generic"], *(kind for entry in raw["kind"] for kind in entry["phrases"]))),
        greeting=any_of(before["greetings"], r"[啊呀吗]?\W*$"),
        address=any_of(before["addresses"], r"[啊呀吗]?\W+$"),
        introduced=any_of(before["introduced"], r"\w{0,8}\W+$"),
        asked=any_of(before["asked"]),
    )
