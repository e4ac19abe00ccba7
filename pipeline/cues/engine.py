"""Transcript -> cues: who may say what, in which context, how the votes of several phrases add up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.records import CALLEE_LABELS, CALLER_LABELS, Cue, CueLabel, Role, Transcript, Turn, Vote
from pipeline.settings import CueSettings

from .keypad import key_cues
from .layout import CallText, Placed
from .lexicon import LANGUAGES
from .wording import TRACED, Wording, wording_pipeline

FAR: tuple[Role, ...] = ("caller", "human")
_REACH = {"zh": 45, "en": 160}  # characters over which weak wording of one label still adds up
_LEAD = {"zh": 6, "en": 18}  # characters a quote may begin before the wording, to start with its clause
_TAIL = {"zh": 16, "en": 48}  # characters a quote may go on after it, to end with its clause
_ANSWER_TURNS = 2  # turns of the other side within which an answer still answers


@dataclass(frozen=True)
class _Group:
    """Wording that speaks for one statement."""

    label: CueLabel
    placed: Placed
    parts: tuple[Wording, ...]

    @property
    def probability(self) -> float:
        """Noisy-or: each entry counts once, with its best hit."""
        best: dict[str, float] = {}
        for part in self.parts:
            best[part.entry.id] = max(best.get(part.entry.id, 0.0), part.weight)
        against = 1.0
        for weight in best.values():
            against *= 1.0 - weight
        return 1.0 - against


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
    nlp = wording_pipeline(language)
    doc = nlp.make_doc(call.text)
    doc._.breaks = call.breaks
    found: Sequence[Wording] = nlp(doc)._.wording
    wording = [part for part in found if not part.is_trace]
    plain = [part for part in wording if part.entry.after is None]
    groups = _groups(call, plain, language, settings.min_confidence)
    answers = [part for part in wording if part.entry.after and _answers(part, call, groups)]
    if answers:
        groups = _groups(call, [*plain, *answers], language, settings.min_confidence)
    cues = [_cue(group, call, language) for group in _settled(groups)]
    cues += _live_agent(call, cues, language)
    cues += key_cues(transcript, cues)
    cues.sort(key=lambda cue: _order(cue, call))
    faint = [part for part in found if part.entry.after is None and part.entry.label in TRACED]
    traces = [
        replace(_cue(group, call, language), id="trace")
        for group in _groups(call, faint, language, settings.trace_confidence)
        if group.probability < settings.min_confidence or any(part.is_trace for part in group.parts)
    ]
    traces += _read_again(transcript, language, settings)
    traces = [trace for trace in traces if not any(_denies(cue, trace) for cue in cues)]
    return Reading(tuple(replace(cue, id=f"c{number}") for number, cue in enumerate(cues, 1)), tuple(traces))


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
    call = CallText(replace(transcript, turns=tuple(turns)))
    nlp = wording_pipeline(language)
    doc = nlp.make_doc(call.text)
    doc._.breaks = call.breaks
    found = [part for part in nlp(doc)._.wording if part.entry.after is None and part.entry.label in TRACED]
    traces = []
    for group in _groups(call, found, language, settings.trace_confidence):
        trace = _cue(group, call, language)
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


def _denies(cue: Cue, trace: Cue) -> bool:
    return (
        cue.label in _OPPOSITES.get(trace.label, ())
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


def labels_of(role: Role) -> tuple[CueLabel, ...]:
    """What a speaker of this role can say. The network says nothing that counts."""
    if role in FAR:
        return CALLER_LABELS
    if role == "callee":
        return CALLEE_LABELS
    return CALLER_LABELS + CALLEE_LABELS if role == "unknown" else ()


def _groups(call: CallText, wording: Iterable[Wording], language: str, at_least: float) -> list[_Group]:
    """Wording gathered into statements, those that are likely enough."""
    by_place: dict[tuple[int, CueLabel], list[Wording]] = {}
    for part in wording:
        placed = call.turn_at(part.start)
        if part.entry.label in labels_of(placed.turn.role):
            by_place.setdefault((placed.index, part.entry.label), []).append(part)
    groups: list[_Group] = []
    for (index, label), parts in by_place.items():
        for statement in _statements(call, label, sorted(parts, key=lambda part: part.start), _REACH[language]):
            group = _Group(label, call.turns[index], tuple(statement))
            if group.probability >= at_least:
                groups.append(group)
    return sorted(groups, key=lambda group: (group.placed.index, group.parts[0].start, group.label))


def _statements(call: CallText, label: CueLabel, parts: Sequence[Wording], reach: int) -> Iterable[list[Wording]]:
    """One turn's wording of one label, split into statements.

    A pitch is one a turn. Else strong wording in one clause is one statement; weak wording joins what is within reach.
    """
    if label == "marketing_pitch":
        return [list(parts)]
    statements: list[list[Wording]] = []
    for part in parts:
        last = statements[-1] if statements else None
        if last and (
            call.clause_at(last[-1].start, last[-1].end) == call.clause_at(part.start, part.end)
            or part.start < last[-1].end
            or (min(part.weight, max(other.weight for other in last)) < 0.5 and part.start - last[-1].end <= reach)
        ):
            last.append(part)
        else:
            statements.append([part])
    return statements


def _answers(part: Wording, call: CallText, groups: Sequence[_Group]) -> bool:
    """Whether this turn is the first thing its side says after the cue that the entry waits for."""
    here = call.turn_at(part.start).index
    side = _side(call.turns[here])
    for group in groups:
        asked = group.placed.index
        if group.label != part.entry.after or not asked < here <= asked + 2 * _ANSWER_TURNS:
            continue
        between = call.turns[asked + 1 : here]
        mine = [_side(placed) == side for placed in between]
        if len(between) <= _ANSWER_TURNS and (not any(mine) or all(mine)):
            return True
    return False


def _side(placed: Placed) -> str:
    return "far" if placed.turn.role in FAR else placed.turn.role


def _settled(groups: Sequence[_Group]) -> list[_Group]:
    """What one statement cannot be at once."""
    kept = []
    for group in groups:
        others = {other.label for other in groups if other.placed.index == group.placed.index and other is not group}
        if group.label == "bot_evasion" and others & {"bot_denial", "bot_disclosure"}:
            continue
        if group.label == "human_refusal" and "transfer_started" in others:
            continue
        if group.label == "asks_human" and any(_said_together(group, other) for other in groups):
            continue
        kept.append(group)
    return kept


def _said_together(request: _Group, other: _Group) -> bool:
    """ "Is there an actual person on the line?" asks what it is talking to; it is no request for a person besides."""
    return (
        other.label == "asks_if_robot"
        and other.placed.index == request.placed.index
        and other.probability > request.probability
        and any(a.start < b.end and b.start < a.end for a in request.parts for b in other.parts)
    )


def _cue(group: _Group, call: CallText, language: str) -> Cue:
    start, end = _quoted(group, call, language)
    start_ms, end_ms = call.times(start, end)
    turn = group.placed.turn
    level = max((part.entry.level or 0 for part in group.parts), default=0) or None
    probability = group.probability
    return Cue(
        id="",
        label=group.label,
        role=turn.role,
        start_ms=start_ms,
        end_ms=end_ms,
        quote=call.text[start:end],
        turn_id=turn.id,
        confidence=round(probability * (0.6 + 0.4 * turn.role_confidence), 3),
        votes=tuple(
            Vote(f"wording/{part.hit.how}", True, part.weight, f"{part.entry.id}: {part.hit.phrase}")
            for part in group.parts
        ),
        level=level if group.label == "refusal" else None,
    )


def _quoted(group: _Group, call: CallText, language: str) -> tuple[int, int]:
    """The wording, grown to its clause where that is near; for much wording the part around the strongest."""
    strongest = max(group.parts, key=lambda part: (part.weight, -part.start))
    near = [part for part in group.parts if abs(part.start - strongest.start) <= _REACH[language]]
    start, end = min(part.start for part in near), max(part.end for part in near)
    clause_start, clause_end = call.clause_at(start, end)
    if start - clause_start <= _LEAD[language]:
        start = clause_start
    if clause_end - end <= _TAIL[language]:
        end = clause_end
    return start, end


def _live_agent(call: CallText, cues: Sequence[Cue], language: str) -> list[Cue]:
    """The first words of a person after a hand-over are the transfer, whatever they are."""
    found = []
    for before, placed in zip((None, *call.turns), call.turns, strict=False):
        turn = placed.turn
        if turn.role != "human" or not turn.text or (before is not None and before.turn.role == "human"):
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
