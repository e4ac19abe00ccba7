"""A call as the verdicts see it: its timeline, and what the judge was told about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ..records import Basis, Both, Cue, Precondition, Span, Turn
from ..settings import JudgeSettings
from .timeline import Timeline

__all__ = ["NO_SPEECH", "Call", "Check", "Starts"]

Starts = Literal["complete", "late"] | None

#: Reasons of coverage gaps behind which no words are hidden: text was written where nobody spoke.
NO_SPEECH = frozenset({"hallucination"})


@dataclass(frozen=True)
class Check:
    """One precondition. detail: why it held or failed, a sentence."""

    name: str
    held: bool
    detail: Both

    @property
    def record(self) -> Precondition:
        return Precondition(self.name, self.held, self.detail.en)


@dataclass(frozen=True)
class Call:
    """A call under judgement: its timeline and what the judge was told about it.

    supported: languages whose cues can be found. starts: what the user says about the beginning of the recording,
    None where nothing was said. traces: what may have been a cue, too faint to be one.
    """

    line: Timeline
    settings: JudgeSettings
    basis: Basis
    supported: tuple[str, ...]
    starts: Starts
    traces: tuple[Cue, ...] = ()

    @cached_property
    def whole(self) -> Span:
        """What an absence is stated for: from the caller's first word, or unheard speech before it."""
        first = self.line.from_first_word
        if self.basis == "text":
            return first
        gaps = [g.start_ms for g in self.line.transcript.coverage.gaps if g.reason not in NO_SPEECH]
        return Span(min([first.start_ms, *gaps]), first.end_ms)

    def after(self, request: Cue) -> Span:
        """From the end of a request to the end of the call."""
        return Span(self.line.end_of(request), self.line.end_ms)

    def sure_who(self, *cues: Cue) -> bool:
        """Whether it is known well enough who said each cue to accuse somebody of it."""
        return all(self.line.role_confidence(c) >= self.settings.min_role_confidence for c in cues)

    def sure_turn(self, turn: Turn) -> bool:
        return self.basis == "text" or turn.role_confidence >= self.settings.min_role_confidence
