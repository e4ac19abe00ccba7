"""Wording and the classifier's reading gathered into statements, each with one probability."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.records import CALLEE_LABELS, CALLER_LABELS, CueLabel, Role, Vote
from pipeline.settings import CueSettings

from .layout import CallText, Placed
from .reading import Heard, joined, votes_of
from .wording import Wording

__all__ = ["FAR", "Statement", "labels_of", "side_of", "statements"]

FAR: tuple[Role, ...] = ("caller", "human")
_ENOUGH = 0.5  # strength from which wording stands by itself
_REACH = {"zh": 45, "en": 160}  # characters over which weak wording of one label still adds up
_LEAD = {"zh": 6, "en": 18}  # characters a quote may begin before the wording, to start with its clause
_TAIL = {"zh": 16, "en": 48}  # characters a quote may go on after it, to end with its clause


@dataclass(frozen=True)
class Statement:
    """What speaks for one statement of a turn.

    strength: what the wording is worth, 0-1. probability: that with the classifier's reading, see CueSettings.
    place: [start, end) of it, offsets in the call's text.
    """

    label: CueLabel
    placed: Placed
    parts: tuple[Wording, ...]
    heard: Heard
    strength: float
    probability: float
    place: tuple[int, int]

    @property
    def level(self) -> int:
        """Of a refusal: the highest that its own wording is enough for, or weak wording and the classifier together."""
        levels = [part.entry.level or 1 for part in self.parts]
        if not levels:
            return self.heard.refusal_level
        for level in sorted(set(levels), reverse=True):
            strength = _strength(part for part in self.parts if (part.entry.level or 1) >= level)
            if strength >= _ENOUGH or self.heard.logits.get(f"refusal.{level}", -1.0) > 0:
                return level
        return min(levels)

    @property
    def votes(self) -> tuple[Vote, ...]:
        wording = (
            Vote(f"wording/{part.hit.how}", True, part.weight, f"{part.entry.id}: {part.hit.phrase}")
            for part in self.parts
        )
        return (*wording, *votes_of(self.label, self.heard))


def labels_of(role: Role) -> tuple[CueLabel, ...]:
    """What a speaker of this role can say. The network says nothing that counts."""
    if role in FAR:
        return CALLER_LABELS
    if role == "callee":
        return CALLEE_LABELS
    return CALLER_LABELS + CALLEE_LABELS if role == "unknown" else ()


def side_of(placed: Placed) -> str:
    return "far" if placed.turn.role in FAR else placed.turn.role


def statements(
    call: CallText, wording: Iterable[Wording], heard: Sequence[Heard], language: str, settings: CueSettings
) -> list[Statement]:
    """All that may have been said, however faint, in the order of the call. heard: one a turn, or none."""
    heard = heard or [Heard({}, {})] * len(call.turns)
    by_place: dict[tuple[int, CueLabel], list[Wording]] = {}
    for part in wording:
        placed = call.turn_at(part.start)
        if part.entry.label in labels_of(placed.turn.role):
            by_place.setdefault((placed.index, part.entry.label), []).append(part)
    found = [
        _worded(call, call.turns[index], label, parts, heard[index], language, settings)
        for (index, label), own in by_place.items()
        for parts in _apart(call, label, sorted(own, key=lambda part: part.start), _REACH[language])
    ]
    for placed, reading in zip(call.turns, heard, strict=True):
        for label in labels_of(placed.turn.role):
            if (placed.index, label) not in by_place and label in reading.logits:
                probability = joined(0.0, reading.logits[label], settings)
                place = _grown(call, *reading.places[label], language)
                found.append(Statement(label, placed, (), reading, 0.0, probability, place))
    return sorted(found, key=lambda one: (one.placed.index, one.place, one.label))


def _worded(
    call: CallText,
    placed: Placed,
    label: CueLabel,
    parts: Sequence[Wording],
    heard: Heard,
    language: str,
    settings: CueSettings,
) -> Statement:
    strength = _strength(parts)
    probability = joined(strength, heard.logits.get(label), settings)
    return Statement(label, placed, tuple(parts), heard, strength, probability, _place(call, parts, language))


def _strength(parts: Iterable[Wording]) -> float:
    """Noisy-or: each entry counts once, with its best hit."""
    best: dict[str, float] = {}
    for part in parts:
        best[part.entry.id] = max(best.get(part.entry.id, 0.0), part.weight)
    against = 1.0
    for weight in best.values():
        against *= 1.0 - weight
    return 1.0 - against


def _apart(call: CallText, label: CueLabel, parts: Sequence[Wording], reach: int) -> Iterator[list[Wording]]:
    """One turn's wording of one label, split into statements.

    A pitch is one a turn. Else strong wording in one clause is one statement; weak wording joins what is within reach.
    """
    if label == "marketing_pitch":
        yield list(parts)
        return
    current: list[Wording] = []
    for part in parts:
        if current and not (
            call.clause_at(current[-1].start, current[-1].end) == call.clause_at(part.start, part.end)
            or part.start < current[-1].end
            or (
                min(part.weight, max(other.weight for other in current)) < 0.5 and part.start - current[-1].end <= reach
            )
        ):
            yield current
            current = []
        current.append(part)
    yield current


def _place(call: CallText, parts: Sequence[Wording], language: str) -> tuple[int, int]:
    """The wording, grown to its clause where that is near; for much wording the part around the strongest."""
    strongest = max(parts, key=lambda part: (part.weight, -part.start))
    near = [part for part in parts if abs(part.start - strongest.start) <= _REACH[language]]
    return _grown(call, min(part.start for part in near), max(part.end for part in near), language)


def _grown(call: CallText, start: int, end: int, language: str) -> tuple[int, int]:
    """To the clause around it, as far as that reaches not much further."""
    clause_start, clause_end = call.clause_at(start, max(end, start + 1))
    if start - clause_start <= _LEAD[language]:
        start = clause_start
    if clause_end - end <= _TAIL[language]:
        end = clause_end
    return start, max(end, start + 1)
