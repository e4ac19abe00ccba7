"""Calls built by hand, a line a turn, for the tests of the verdicts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pipeline.obligations import judge
from pipeline.records import Coverage, Cue, Gap, Tone, Transcript, Turn, Verdict, Word
from pipeline.settings import JudgeSettings

PAUSE_MS = 500
ROLES = {"R": "caller", "H": "human", "C": "callee", "N": "carrier", "?": "unknown"}


@dataclass(frozen=True)
class Scene:
    """A transcript and its cues; judged with the settings as they ship unless told otherwise."""

    transcript: Transcript
    cues: tuple[Cue, ...]
    duration_ms: int

    def judged(self, **options: Any) -> dict[str, Verdict]:
        given = {
            "settings": JudgeSettings(),
            "duration_ms": self.duration_ms,
            **options,
        }
        return {v.obligation: v for v in judge(self.transcript, self.cues, **given)}

    def words(self, **options: Any) -> dict[str, str]:
        return {o: v.verdict for o, v in self.judged(**options).items()}

    def cut_off_turn_times(self) -> Scene:
        """The same call as text without times."""
        turns = tuple(replace(t, start_ms=None, end_ms=None, words=()) for t in self.transcript.turns)
        cues = tuple(replace(c, start_ms=None, end_ms=None) for c in self.cues)
        return Scene(replace(self.transcript, turns=turns), cues, 0)


def scene(
    *lines: tuple[Any, ...],
    start_ms: int = 2_000,
    language: str | None = "zh",
    role_confidence: float = 0.95,
    gaps: tuple[Gap, ...] = (),
    tones: tuple[Tone, ...] = (),
    measured: bool = True,
    tail_ms: int = 500,
) -> Scene:
    """A call of lines ("R" | "C" | …, seconds, text, *cues), each cue (label, quote) or ("refusal", level, quote).

    The first line begins at start_ms, each next one half a second after the one before. gaps: of the coverage.
    """
    turns: list[Turn] = []
    cues: list[Cue] = []
    at = start_ms
    for number, (who, seconds, text, *said) in enumerate(lines):
        role, end = ROLES[who], at + round(seconds * 1000)
        step = (end - at) / max(1, len(text))
        words = tuple(
            Word(c, round(at + i * step), round(at + (i + 1) * step), 0.9)
            for i, c in enumerate(text)
            if not c.isspace()
        )
        turn = Turn(f"t{number}", role, role_confidence, role, at, end, text, 0.9, words)
        for label, *rest in said:
            level, quote = rest if label == "refusal" else (None, rest[0])
            assert quote in text, (quote, text)
            place = text.index(quote)
            cues.append(
                Cue(
                    f"c{len(cues)}",
                    label,
                    role,
                    round(at + place * step),
                    round(at + (place + len(quote)) * step),
                    quote,
                    turn.id,
                    0.95,
                    level=level,
                )
            )
        turns.append(turn)
        at = end + PAUSE_MS
    speech = sum((t.end_ms or 0) - (t.start_ms or 0) for t in turns)
    lost = sum(g.end_ms - g.start_ms for g in gaps)
    seen = Coverage(speech + lost, speech, speech / max(1, speech + lost), gaps) if measured else Coverage(0, 0, 0.0)
    duration = max([at - PAUSE_MS + tail_ms, *(g.end_ms for g in gaps)])
    return Scene(Transcript(language, 0.99, tuple(turns), seen, tones), tuple(cues), duration)


HELLO = ("C", 1, "喂？")
BYE = ("R", 2, "感谢您的接听，再见。")
TALK = ("R", 30, "我们这边给您介绍一下目前的情况，说来话长，请您慢慢听。")
EN_TALK = ("R", 30, "We would like to tell you about something that takes a while to tell.")
