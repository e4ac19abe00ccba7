"""Many single lines read by the engine at once: each is a little scene of its own, far from the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.cues import read_call
from pipeline.records import CALLEE_LABELS, Cue, CueLabel, Role, Transcript, Turn
from pipeline.settings import CueSettings

_APART = 3  # silent turns between two scenes: no answer reaches over them


@dataclass(frozen=True)
class Scene:
    """Turns as (role, text); the last is the line that is asked about."""

    turns: tuple[tuple[Role, str], ...]


def read_scenes(scenes: Sequence[Scene], language: str, settings: CueSettings) -> list[tuple[Cue, ...]]:
    """The cues in the last turn of each scene, all scenes in one text, as one call would be read."""
    turns: list[Turn] = []
    asked: list[str] = []
    for scene in scenes:
        for role, text in (*scene.turns, *[("carrier", "-")] * _APART):
            turns.append(Turn(f"t{len(turns)}", role, 1.0, None, None, None, text, 1.0))  # type: ignore[arg-type]
        asked.append(turns[-_APART - 1].id)
    cues = read_call(Transcript(language, 1.0, tuple(turns)), settings=settings).cues
    by_turn: dict[str, list[Cue]] = {}
    for cue in cues:
        by_turn.setdefault(cue.turn_id, []).append(cue)
    return [tuple(by_turn.get(name, ())) for name in asked]


#: What makes an `after` entry listen, in the other side's mouth.
QUESTIONS: dict[str, dict[CueLabel, str]] = {
    "zh": {
        "asks_if_robot": "你是机器人吗？",
        "asks_human": "转人工。",
        "asks_source": "你怎么有我的电话号码？",
        "consent_request": "方便给您介绍一下吗？",
        "refusal": "以后别再给我打电话了。",
    },
    "en": {
        "asks_if_robot": "Are you a robot?",
        "asks_human": "I want to talk to a human.",
        "asks_source": "Where did you get my number?",
        "consent_request": "Do you have a minute to talk?",
        "refusal": "Stop calling me.",
    },
}


def scene_for(line: str, label: CueLabel, *, after: CueLabel | None, language: str) -> Scene:
    """The line in a fitting mouth, behind the question it answers where it needs one."""
    role: Role = "callee" if label in CALLEE_LABELS else "caller"
    if after is None:
        return Scene(((role, line),))
    other: Role = "caller" if role == "callee" else "callee"
    return Scene(((other, QUESTIONS[language][after]), (role, line)))
