"""A turn's text cut where a cue or a doubtful word begins or ends, without changing a character of it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.records import Cue, Turn, Word

#: How far past the last word found the next one may lie, characters: punctuation and spaces, not another phrase.
REACH = 8


@dataclass(frozen=True)
class Piece:
    """A run of a turn's text. cues: those it lies in; ending: those whose quote ends with it."""

    text: str
    cues: tuple[Cue, ...] = ()
    starting: tuple[Cue, ...] = ()
    ending: tuple[Cue, ...] = ()
    doubtful: bool = False
    estimated: bool = False


def mark_turn(turn: Turn, cues: Sequence[Cue], *, doubt_below: float) -> tuple[tuple[Piece, ...], tuple[Cue, ...]]:
    """Cut turn.text into pieces; joined, their texts are turn.text again.

    cues: those of this turn. doubt_below: a word of lower confidence is doubtful (0-1).
    Returns the pieces, and the cues whose quote is not found in the text (a key pressed, a tone).
    """
    text = turn.text
    spans = {cue.id: place for cue in cues if (place := _place(text, cue, turn)) is not None}
    located = [cue for cue in cues if cue.id in spans]
    words = _word_places(text, turn.words)
    cuts = {0, len(text)}
    for start, end in spans.values():
        cuts |= {start, end}
    special = [(s, e, w) for s, e, w in words if w.confidence < doubt_below or w.estimated]
    for start, end, _ in special:
        cuts |= {start, end}
    edges = sorted(cuts)
    pieces = []
    upcoming = 0
    for start, end in itertools.pairwise(edges):
        while upcoming < len(special) and special[upcoming][1] <= start:
            upcoming += 1
        inside = special[upcoming][2] if upcoming < len(special) and special[upcoming][0] <= start else None
        pieces.append(
            Piece(
                text=text[start:end],
                cues=tuple(c for c in located if spans[c.id][0] <= start and end <= spans[c.id][1]),
                starting=tuple(c for c in located if spans[c.id][0] == start),
                ending=tuple(c for c in located if spans[c.id][1] == end),
                doubtful=inside is not None and inside.confidence < doubt_below,
                estimated=inside is not None and inside.estimated,
            )
        )
    return tuple(pieces), tuple(cue for cue in cues if cue.id not in spans)


def _place(text: str, cue: Cue, turn: Turn) -> tuple[int, int] | None:
    """Where the quote stands in the text. Said more than once, the one nearest the cue's time is meant."""
    quote = cue.quote.strip()
    if not quote:
        return None
    places = []
    at = text.find(quote)
    while at >= 0:
        places.append(at)
        at = text.find(quote, at + len(quote))
    if not places:
        return None
    best = places[0]
    if len(places) > 1 and cue.start_ms is not None and turn.start_ms is not None and turn.end_ms is not None:
        share = (cue.start_ms - turn.start_ms) / max(1, turn.end_ms - turn.start_ms)
        best = min(places, key=lambda place: abs(place - share * len(text)))
    return best, best + len(quote)


def _word_places(text: str, words: Sequence[Word]) -> list[tuple[int, int, Word]]:
    """The places of the words in the text, in order; a word not found where it should be is left out."""
    places, at = [], 0
    for word in words:
        letters = word.text.strip()
        found = text.find(letters, at, at + len(letters) + REACH) if letters else -1
        if found >= 0:
            at = found + len(letters)
            places.append((found, at, word))
    return places
