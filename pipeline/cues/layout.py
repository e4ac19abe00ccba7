"""A call's turns as one text, so that all phrases are searched once, and the way back to turns, clauses and times."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from pipeline.phrases import CLAUSE_ENDS
from pipeline.records import Transcript, Turn

_SEPARATOR = "\n"
_PAUSE_MS = 350  # a pause this long ends a clause where the recogniser wrote no punctuation


@dataclass(frozen=True)
class Placed:
    """A turn and where it stands in the text. offsets: start of each word, in the whole text."""

    index: int
    turn: Turn
    start: int
    offsets: tuple[int, ...]

    @property
    def end(self) -> int:
        return self.start + len(self.turn.text)


class CallText:
    """text: the turns joined. breaks: where each turn after the first begins.

    in_order: the turns follow one another as in the call, so that one is the context of the next.
    """

    def __init__(self, transcript: Transcript, *, in_order: bool = True) -> None:
        self.in_order = in_order
        placed: list[Placed] = []
        position = 0
        for index, turn in enumerate(transcript.turns):
            placed.append(Placed(index, turn, position, _word_offsets(turn, position)))
            position += len(turn.text) + len(_SEPARATOR)
        self.turns: tuple[Placed, ...] = tuple(placed)
        self.text = _SEPARATOR.join(turn.text for turn in transcript.turns)
        self.breaks = frozenset(turn.start for turn in placed[1:])
        self._starts = [turn.start for turn in placed]
        self._edges = [self._clause_edges(turn) for turn in placed]

    def turn_at(self, offset: int) -> Placed:
        return self.turns[max(0, bisect_right(self._starts, offset) - 1)]

    def clause_at(self, start: int, end: int) -> tuple[int, int]:
        """The clause, or run of clauses, around [start, end); offsets, without outer spaces and punctuation."""
        turn = self.turn_at(start)
        edges = self._edges[turn.index]
        first = edges[max(0, bisect_right(edges, start) - 1)]
        last = next((edge for edge in edges if edge >= end), turn.end)
        while first < last and not self.text[first].isalnum():
            first += 1
        while last > first and not self.text[last - 1].isalnum():
            last -= 1
        return first, last

    def edges(self, placed: Placed) -> list[int]:
        """Where the clauses of a turn begin, and where the turn ends."""
        return self._edges[placed.index]

    def times(self, start: int, end: int) -> tuple[int | None, int | None]:
        """From the words the span touches, ms; by share of the turn where it has no words; None without times."""
        placed = self.turn_at(start)
        turn = placed.turn
        if turn.start_ms is None or turn.end_ms is None:
            return None, None
        if placed.offsets:
            first = max(0, bisect_right(placed.offsets, start) - 1)
            last = max(first, bisect_right(placed.offsets, max(start, end - 1)) - 1)
            return turn.words[first].start_ms, max(turn.words[first].start_ms, turn.words[last].end_ms)
        length, span = max(1, len(turn.text)), turn.end_ms - turn.start_ms
        return (
            turn.start_ms + span * (start - placed.start) // length,
            turn.start_ms + span * (end - placed.start) // length,
        )

    def _clause_edges(self, placed: Placed) -> list[int]:
        """Offsets at which a clause begins, and the end of the turn."""
        edges = {placed.start, placed.end}
        text = placed.turn.text
        for i, character in enumerate(text):
            if character in CLAUSE_ENDS and not _inside_a_number(text, i):
                edges.add(placed.start + i + 1)
        words = placed.turn.words
        for before, after, offset in zip(words, words[1:], placed.offsets[1:], strict=False):
            if after.start_ms - before.end_ms >= _PAUSE_MS:
                edges.add(offset)
        return sorted(edges)


def _inside_a_number(text: str, i: int) -> bool:
    """A stop or comma with a letter or digit right behind it: 3.5, 1,000, U.S."""
    return text[i] in ".,:" and i + 1 < len(text) and text[i + 1].isalnum() and text[i + 1].isascii()


def _word_offsets(turn: Turn, start: int) -> tuple[int, ...]:
    """Where each word begins in the whole text. Words are in the text's order and spelled as in it."""
    offsets: list[int] = []
    position = 0
    for word in turn.words:
        found = turn.text.find(word.text.strip(), position)
        position = found if found >= 0 else position
        offsets.append(start + position)
        position = min(len(turn.text), position + (len(word.text.strip()) if found >= 0 else 0))
    return tuple(offsets)
