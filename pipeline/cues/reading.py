"""The classifier's witness for each turn of a call, and how its vote is joined with the lexicon's."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise
from typing import Any

from pipeline.records import CLASSIFIER, CueLabel, Vote
from pipeline.settings import CueSettings

from .classifier import Heard, Passage, load_classifier
from .layout import CallText, Placed
from .wording import wording_pipeline

__all__ = ["Heard", "cue_pipeline", "joined", "pieces", "read_turns", "votes_of"]

_LONGEST = {"zh": 90, "en": 320}  # characters read at once; the corpus it was trained on holds hardly longer turns
_MOST = 4.0  # what wording adds at most, as -ln(1 - strength)
_FAR = ("caller", "human")
_LOOK_BACK = 3  # turns within which the other side's last words still matter
_CLEAR = 8.0  # log odds beyond which the classifier is not believed more


@cache
def cue_pipeline(language: str) -> Any:
    """spaCy for `language` with both witnesses: "wording" sets Doc._.wording, "reading" sets Doc._.heard.

    Doc._.breaks is to be set before, and Doc._.call, a CallText, where the classifier shall be asked.
    """
    from spacy.language import Language
    from spacy.tokens import Doc

    nlp = wording_pipeline(language)
    if not Doc.has_extension("call"):
        Doc.set_extension("call", default=None)
        Doc.set_extension("heard", default=())

    @Language.component("callwitness_reading")
    def reading(doc: Any) -> Any:
        call = doc._.call
        doc._.heard = read_turns(call, doc.lang_) if call is not None else ()
        return doc

    nlp.add_pipe("callwitness_reading")
    return nlp


def read_turns(call: CallText, language: str) -> list[Heard]:
    """One reading a turn, places as offsets in the call's text. A long turn is read in pieces; the strongest counts."""
    passages: list[Passage] = []
    owners: list[tuple[int, int]] = []
    for placed in call.turns:
        before = _before(call, placed)
        for start, end in pieces(call, placed, language):
            text = call.text[start:end]
            if any(character.isalnum() for character in text):
                passages.append(Passage(text, before))
                owners.append((placed.index, start))
                before = (text,)
    read = load_classifier().read(passages, language) if passages else []
    nothing = Heard({}, {})
    heard = [nothing] * len(call.turns)
    for (index, start), reading in zip(owners, read, strict=True):
        places = {label: (a + start, b + start) for label, (a, b) in reading.places.items()}
        heard[index] = _stronger(heard[index], Heard(reading.logits, places))
    return heard


def joined(strength: float, logit: float | None, settings: CueSettings) -> float:
    """Probability of a cue, 0-1, from the wording's strength, 0-1, and the classifier's log odds. See CueSettings.

    Where the classifier was not asked (None) it is the strength.
    """
    if logit is None:
        return strength
    reading = max(-_CLEAR, min(_CLEAR, logit))
    if strength > 0:
        worth = min(_MOST, -math.log(max(1e-9, 1 - strength)))
        odds = settings.worded_bias + settings.worded_strength * worth + settings.worded_reading * reading
    else:
        odds = settings.unworded_bias + settings.unworded_reading * reading
    return 1 / (1 + math.exp(-odds))


def votes_of(label: CueLabel, heard: Heard) -> tuple[Vote, ...]:
    """The classifier's own vote, none where it was not asked."""
    logit = heard.logits.get(label)
    if logit is None:
        return ()
    return (Vote(CLASSIFIER, logit > 0, round(1 / (1 + math.exp(-logit)), 3), "the passage, with what went before"),)


def _before(call: CallText, placed: Placed) -> tuple[str, ...]:
    """The turn before; where that is the same side's, the other side's last words too. Not beyond an announcement."""
    if not call.in_order:
        return ()
    earlier: list[Placed] = []
    for other in reversed(call.turns[: placed.index]):
        if other.turn.role == "carrier":
            break
        earlier += [other] if other.turn.text else []
    if not earlier:
        return ()
    found = [earlier[0].turn.text]
    if _side(earlier[0]) == _side(placed):
        found += [other.turn.text for other in earlier[1:_LOOK_BACK] if _side(other) != _side(placed)][:1]
    return tuple(found)


def _side(placed: Placed) -> str:
    return "far" if placed.turn.role in _FAR else placed.turn.role


def pieces(call: CallText, placed: Placed, language: str) -> list[tuple[int, int]]:
    """A turn in runs of whole clauses, none longer than what is read at once if its clauses are not."""
    edges = call.edges(placed)
    found: list[tuple[int, int]] = []
    start = edges[0]
    for here, after in pairwise(edges):
        if after - start > _LONGEST[language] and here > start:
            found.append((start, here))
            start = here
    return [*found, (start, edges[-1])]


def _stronger(one: Heard, other: Heard) -> Heard:
    if not one.logits:
        return other
    best = {label: max((one, other), key=lambda heard: heard.logits[label]) for label in one.logits}
    return Heard(
        {label: heard.logits[label] for label, heard in best.items()},
        {label: heard.places[label] for label, heard in best.items()},
    )
