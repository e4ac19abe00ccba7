"""Transcript -> cues: who may say what, in which context, how the votes of the witnesses add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.records import Cue, CueLabel, Transcript, Turn, Vote
from pipeline.settings import CueSettings

from .keypad import key_cues
from .layout import CallText
from .lexicon import LANGUAGES
from .reading import cue_pipeline
from .statements import FAR, Statement, labels_of, side_of, statements
from .wording import TRACED, Wording

__all__ = ["ANSWERS", "FAR", "Reading", "labels_of", "read_call", "weigh"]

_ANSWER_TURNS = 2  # turns of the other side within which an answer still answers

#: What only an answer is: the classifier's word for it counts behind its question alone, as the wording's does.
ANSWERS: dict[CueLabel, CueLabel] = {"consent_given": "consent_request", "bot_evasion": "asks_if_robot"}
#: A body spoken of is not yet the body that calls: the classifier's word alone makes it one only where a turn begins,
#: within so many characters; elsewhere it leaves a trace.
_OPENS = {"zh": 20, "en": 60}


@dataclass(frozen=True)
class Reading:
    """cues: what was said. traces: what may have been a cue whose absence accuses, too faint to be one."""

    cues: tuple[Cue, ...] = ()
    traces: tuple[Cue, ...] = ()


def read_call(transcript: Transcript, *, settings: CueSettings) -> Reading:
    """All cues in time order, numbered c1, c2, … A language without a lexicon gives none.

    A turn whose role is unknown is read for both sides; its cues keep the role "unknown".
    """
    language = transcript.language or ""
    if language not in LANGUAGES or not transcript.turns:
        return Reading()
    call = CallText(transcript)
    doc = _heard(call, language, settings)
    said = [one for one in _weighed(call, doc, settings) if one.probability >= settings.min_confidence]
    cues = [_cue(one, call) for one in _settled(said)]
    cues += _live_agent(call, cues, language)
    cues += key_cues(transcript, cues)
    cues.sort(key=lambda cue: _order(cue, call))
    known = {(one.label, one.place) for one in said}
    traces = [
        trace for one, trace in _traces(call, doc, settings) if (one.label, one.place) not in known or _by_trace(one)
    ]
    traces += _read_again(transcript, language, settings)
    traces = [trace for trace in traces if not any(_denies(cue, trace) for cue in cues)]
    return Reading(tuple(replace(cue, id=f"c{number}") for number, cue in enumerate(cues, 1)), tuple(traces))


def _heard(call: CallText, language: str, settings: CueSettings) -> Any:
    """The call as spaCy's Doc, its witnesses having looked at it."""
    nlp = cue_pipeline(language)
    doc = nlp.make_doc(call.text)
    doc._.breaks, doc._.call = call.breaks, call if settings.classifier else None
    return nlp(doc)


def weigh(transcript: Transcript, *, settings: CueSettings) -> list[Statement]:
    """All that may have been said, however unlikely, in the order of the call: what a threshold then is laid on."""
    language = transcript.language or ""
    if language not in LANGUAGES or not transcript.turns:
        return []
    call = CallText(transcript)
    return _weighed(call, _heard(call, language, settings), settings)


def _weighed(call: CallText, doc: Any, settings: CueSettings) -> list[Statement]:
    """Answers count where what they answer is likely enough to be a cue."""
    wording = [part for part in doc._.wording if not part.is_trace and not part.entry.against]
    against = [part for part in doc._.wording if part.entry.against]
    plain = [part for part in wording if part.entry.after is None]
    found = statements(call, plain, doc._.heard, doc.lang_, settings)
    asked = [one for one in found if one.probability >= settings.min_confidence]
    answers = [part for part in wording if part.entry.after and _answered(call, part.start, part.entry.after, asked)]
    if answers:
        found = statements(call, [*plain, *answers], doc._.heard, doc.lang_, settings)
    return [one for one in found if one.parts or _may_stand_alone(one, call, doc.lang_, asked, against)]


def _may_stand_alone(
    one: Statement, call: CallText, language: str, asked: Sequence[Statement], against: Sequence[Wording]
) -> bool:
    """Whether the classifier's word alone makes a cue of it."""
    question = ANSWERS.get(one.label)
    start, end = call.clause_at(*one.place)
    opens = one.place[0] - one.placed.start <= _OPENS[language]
    return (
        (one.label != "caller_identity" or opens)
        and (question is None or _answered(call, one.place[0], question, asked))
        and not any(part.entry.label == one.label and part.start < end and start < part.end for part in against)
    )


def _traces(call: CallText, doc: Any, settings: CueSettings) -> list[tuple[Statement, Cue]]:
    """What may have been said, by either witness, for labels whose absence accuses."""
    faint = [
        part
        for part in doc._.wording
        if part.entry.after is None and part.entry.label in TRACED and not part.entry.against
    ]
    return [
        (one, replace(_cue(one, call), id="trace"))
        for one in statements(call, faint, doc._.heard, doc.lang_, settings)
        if one.label in TRACED and max(one.strength, one.probability) >= settings.trace_confidence
    ]


def _by_trace(one: Statement) -> bool:
    return any(part.is_trace for part in one.parts)


def _read_again(transcript: Transcript, language: str, settings: CueSettings) -> list[Cue]:
    """Traces in the slower second readings of doubtful stretches: what may have been said there. Never a cue."""
    by_id = {turn.id: turn for turn in transcript.turns}
    places = {f"again {number}": other for number, other in enumerate(transcript.alternatives, 1)}
    turns = []
    for name, other in places.items():
        turn = by_id.get(other.turn_id)
        role, sure = (turn.role, turn.role_confidence) if turn else ("unknown", 0.0)
        turns.append(Turn(name, role, sure, None, other.start_ms, other.end_ms, other.text, 0.0))
    if not turns:
        return []
    call = CallText(replace(transcript, turns=tuple(turns)), in_order=False)
    traces = []
    for _, trace in _traces(call, _heard(call, language, settings), settings):
        place = places[trace.turn_id]
        traces.append(replace(trace, id="trace", start_ms=place.start_ms, end_ms=place.end_ms, turn_id=place.turn_id))
    return traces


#: Understood as the one, a stretch is no trace of the other: "I cannot put you through" hides no offer of a person.
_OPPOSITES: dict[CueLabel, tuple[CueLabel, ...]] = {
    "human_offer": ("human_refusal",),
    "transfer_started": ("human_refusal",),
    "bot_disclosure": ("bot_denial", "bot_evasion"),
    "ai_label": ("bot_denial",),
    "optout_ack": ("optout_offer",),
}


#: The same, where only the classifier heard the trace: it expects an acceptance behind a request to stop.
_OPPOSITES_OF_ONE: dict[CueLabel, tuple[CueLabel, ...]] = {"optout_ack": ("marketing_pitch",)}


def _denies(cue: Cue, trace: Cue) -> bool:
    further = _OPPOSITES_OF_ONE.get(trace.label, ()) if trace.by_classifier_alone else ()
    return (
        cue.label in (*_OPPOSITES.get(trace.label, ()), *further)
        and not cue.by_classifier_alone
        and cue.turn_id == trace.turn_id
        and (cue.quote in trace.quote or trace.quote in cue.quote or _overlap(cue, trace))
    )


def _overlap(one: Cue, other: Cue) -> bool:
    if one.start_ms is None or other.start_ms is None:
        return False
    return one.start_ms < (other.end_ms or 0) and other.start_ms < (one.end_ms or 0)


def _order(cue: Cue, call: CallText) -> tuple[int, int, str]:
    turn = next(placed for placed in call.turns if placed.turn.id == cue.turn_id)
    if cue.start_ms is not None:
        return cue.start_ms, turn.index, cue.label
    return turn.index, max(0, turn.turn.text.find(cue.quote)), cue.label


def _answered(call: CallText, place: int, question: CueLabel, said: Sequence[Statement]) -> bool:
    """Whether the turn at this place is the first thing its side says after the question."""
    here = call.turn_at(place).index
    side = side_of(call.turns[here])
    for one in said:
        asked = one.placed.index
        if one.label != question or not asked < here <= asked + 2 * _ANSWER_TURNS:
            continue
        between = call.turns[asked + 1 : here]
        mine = [side_of(placed) == side for placed in between]
        if len(between) <= _ANSWER_TURNS and (not any(mine) or all(mine)):
            return True
    return False


def _settled(said: Sequence[Statement]) -> list[Statement]:
    """What one statement cannot be at once."""
    kept = []
    for one in said:
        others = {other.label for other in said if other.placed.index == one.placed.index and other is not one}
        if one.label == "bot_evasion" and others & {"bot_denial", "bot_disclosure"}:
            continue
        if one.label == "human_refusal" and "transfer_started" in others:
            continue
        if one.label == "asks_human" and any(_said_together(one, other) for other in said):
            continue
        kept.append(one)
    return kept


def _said_together(request: Statement, other: Statement) -> bool:
    """ "Is there an actual person on the line?" asks what it is talking to; it is no request for a person besides."""
    return (
        other.label == "asks_if_robot"
        and other.placed.index == request.placed.index
        and other.probability > request.probability
        and any(start < b and a < end for start, end in _spans(request) for a, b in _spans(other))
    )


def _spans(one: Statement) -> list[tuple[int, int]]:
    return [(part.start, part.end) for part in one.parts] or [one.place]


def _cue(one: Statement, call: CallText) -> Cue:
    """Confidence: the probability that the words are this cue; how sure it is who said them is the turn's."""
    start, end = one.place
    start_ms, end_ms = call.times(start, end)
    turn = one.placed.turn
    return Cue(
        id="",
        label=one.label,
        role=turn.role,
        start_ms=start_ms,
        end_ms=end_ms,
        quote=call.text[start:end],
        turn_id=turn.id,
        confidence=round(one.probability, 3),
        votes=one.votes,
        level=one.level if one.label == "refusal" else None,
    )


def _live_agent(call: CallText, cues: Sequence[Cue], language: str) -> list[Cue]:
    """The first words of a person after a hand-over are the transfer, whatever they are."""
    found = []
    for before, placed in zip((None, *call.turns), call.turns, strict=False):
        turn = placed.turn
        if (
            turn.role != "human"
            or not any(c.isalnum() for c in turn.text)
            or (before is not None and before.turn.role == "human")
        ):
            continue
        if any(other.turn.role == "human" for other in call.turns[: placed.index]):
            continue
        if any(cue.label == "transfer_started" and cue.turn_id == turn.id for cue in cues):
            continue
        start, end = call.clause_at(placed.start, placed.start + 1)
        start_ms, end_ms = call.times(start, end)
        vote = Vote("dialogue", True, turn.role_confidence, "another voice on the caller's side after a hand-over")
        found.append(
            Cue("", "transfer_started", "human", start_ms, end_ms, call.text[start:end], turn.id,
                round(turn.role_confidence, 3), (vote,))
        )  # fmt: skip
    return found
