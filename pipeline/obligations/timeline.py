"""A call in order: turns and cues along one axis, in time where there are times, else by place in the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ..records import Cue, CueLabel, Role, Span, Transcript, Turn

__all__ = ["FAR", "Key", "Timeline"]

#: (ms, turn number), or without times (turn number, character in the turn).
Key = tuple[int, int]

FAR: tuple[Role, ...] = ("caller", "human")


@dataclass(frozen=True)
class Timeline:
    """transcript and cues of one call; duration_ms of its recording (0 for text)."""

    transcript: Transcript
    all_cues: tuple[Cue, ...]
    duration_ms: int

    @cached_property
    def timed(self) -> bool:
        """Whether every turn has times; one without makes the whole call ordered by turn."""
        return all(t.start_ms is not None and t.end_ms is not None for t in self.transcript.turns)

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        turns = self.transcript.turns
        return tuple(sorted(turns, key=lambda t: t.start_ms or 0)) if self.timed else turns

    @cached_property
    def cues(self) -> tuple[Cue, ...]:
        return tuple(sorted(self.all_cues, key=lambda c: (self.key(c), c.id)))

    @cached_property
    def far_turns(self) -> tuple[Turn, ...]:
        """Turns of the company's side: the caller and a person reached through it."""
        return tuple(t for t in self.turns if t.role in FAR)

    @cached_property
    def first_far(self) -> Turn | None:
        return self.far_turns[0] if self.far_turns else None

    @property
    def end_ms(self) -> int:
        """End of the call: of the recording, or of the last turn if that is later."""
        return max([self.duration_ms, *(t.end_ms or 0 for t in self.turns)])

    @property
    def from_first_word(self) -> Span:
        """From the caller's first word (0 if it is not known) to the end of the call."""
        start = self.first_far.start_ms if self.first_far else 0
        return Span(start or 0, self.end_ms)

    def of(self, *labels: CueLabel, roles: Sequence[Role]) -> tuple[Cue, ...]:
        """Cues with one of the labels said by one of the roles, in order."""
        return tuple(c for c in self.cues if c.label in labels and c.role in roles)

    def turn_of(self, cue: Cue) -> Turn | None:
        """The turn a cue was found in; None for a key press that lies in none."""
        at = self._number.get(cue.turn_id)
        return None if at is None else self.turns[at]

    def key(self, cue: Cue) -> Key:
        """Where a cue stands in the call."""
        number = self._number.get(cue.turn_id, len(self.turns))
        turn = self.turns[number] if number < len(self.turns) else None
        if not self.timed:
            return number, self.offset_in(turn, cue) if turn else 0
        start = cue.start_ms if cue.start_ms is not None else (turn.start_ms if turn else None)
        return (start if start is not None else self.end_ms), number

    def turn_key(self, turn: Turn) -> Key:
        """Where a turn begins in the call."""
        number = self._number[turn.id]
        return (turn.start_ms or 0, number) if self.timed else (number, 0)

    def end_of(self, cue: Cue) -> int:
        """End of a cue, ms."""
        turn = self.turn_of(cue)
        end = cue.end_ms if cue.end_ms is not None else (turn.end_ms if turn else None)
        return end if end is not None else self.key(cue)[0]

    def offset_in(self, turn: Turn, cue: Cue) -> int:
        """Character of the turn's text at which the cue's quote begins; by its time where the quote is not found."""
        at = turn.text.find(cue.quote)
        if at >= 0:
            return at
        if cue.start_ms is None or turn.start_ms is None or turn.end_ms is None or turn.end_ms <= turn.start_ms:
            return 0
        share = (cue.start_ms - turn.start_ms) / (turn.end_ms - turn.start_ms)
        return round(min(1.0, max(0.0, share)) * len(turn.text))

    def far_after(self, key: Key) -> tuple[Turn, ...]:
        """Turns of the company's side that begin after a place in the call."""
        return tuple(t for t in self.far_turns if self.turn_key(t) > key)

    def said_to_human(self, cue: Cue) -> bool:
        """Whether the last of the company's side to begin speaking before the cue was a person after a transfer."""
        before = [t for t in self.far_turns if self.turn_key(t) < self.key(cue)]
        return bool(before) and before[-1].role == "human"

    def role_confidence(self, cue: Cue) -> float:
        """How sure it is who said the cue, 0-1. A key press that lies in no turn is the callee's own."""
        turn = self.turn_of(cue)
        return 1.0 if turn is None or not self.timed else turn.role_confidence

    @cached_property
    def _number(self) -> dict[str, int]:
        return {t.id: i for i, t in enumerate(self.turns)}
