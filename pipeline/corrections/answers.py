"""Answers: what was found, or would have been, only because of what was said before it.

"No, of course not" denies being a robot where that was asked, and nothing elsewhere. When a person takes the question
away the answer goes with it; when a person adds a question, what may answer it must not be passed over.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.cues.engine import ANSWERS, FAR, labels_of
from pipeline.cues.layout import CallText
from pipeline.cues.lexicon import LANGUAGES, load_lexicon
from pipeline.cues.wording import TRACED, find_wording
from pipeline.records import CLASSIFIER, Cue, CueLabel, Role, Transcript, Vote
from pipeline.settings import CueSettings

_ANSWER_TURNS = 2  # turns between a question and its answer at most; as where the machine looks for answers


def fallen(
    cues: Sequence[Cue], rejected: Sequence[Cue], stand: Sequence[Cue], transcript: Transcript, *, settings: CueSettings
) -> list[Cue]:
    """Of the cues, those that count only as answers to one that a person rejected, and to none that still stands."""
    gone = []
    for cue in cues:
        here, questions = _index(cue.turn_id, transcript), _waits_for(cue, transcript.language or "", settings)
        asked = [one for one in rejected if one.label in questions and _answers(here, one, transcript)]
        if asked and not any(one.label in questions and _answers(here, one, transcript) for one in stand):
            gone.append(cue)
    return gone


def possible_answers(
    call: CallText, transcript: Transcript, added: Sequence[Cue], *, settings: CueSettings
) -> tuple[Cue, ...]:
    """Traces: words that would settle an obligation if they answer one of the cues that a person added.

    call: the transcript's text.
    """
    language = transcript.language or ""
    questions = {question.label for question in added}
    if language not in LANGUAGES or not questions:
        return ()
    found = []
    for part in find_wording(call.text, language, call.breaks):
        label = part.entry.label
        if part.entry.after not in questions or label not in TRACED or part.weight < settings.trace_confidence:
            continue
        placed = call.turn_at(part.start)
        asked = [one for one in added if one.label == part.entry.after]
        if label not in labels_of(placed.turn.role) or not any(_answers(placed.index, q, transcript) for q in asked):
            continue
        start, end = call.clause_at(part.start, part.end)
        start_ms, end_ms = call.times(start, end)
        vote = Vote(f"wording/{part.hit.how}", True, part.weight, f"{part.entry.id}: {part.hit.phrase}")
        quote, turn = call.text[start:end], placed.turn
        found.append(Cue("trace", label, turn.role, start_ms, end_ms, quote, turn.id, part.weight, (vote,)))
    return tuple(found)


def _waits_for(cue: Cue, language: str, settings: CueSettings) -> frozenset[CueLabel]:
    """The cues of which one must come before this one's wording for it to count; none where it stands on its own.

    Read off the votes: witnesses that this version's lexicon does not know stand on their own. The classifier's does
    not: it read the words together with what went before.
    """
    if language not in LANGUAGES:
        return frozenset()
    entries = load_lexicon(language).entries
    questions: set[CueLabel] = set()
    alone: dict[str, float] = {}
    for vote in cue.votes:
        name = vote.detail.partition(":")[0]
        entry = entries.get(name)
        if entry is not None and entry.after is not None:
            questions.add(entry.after)
        elif vote.matcher == CLASSIFIER:
            questions |= {ANSWERS[cue.label]} if cue.label in ANSWERS else set()
        elif vote.supports:
            alone[name] = max(alone.get(name, 0.0), vote.score)
    against = 1.0
    for score in alone.values():
        against *= 1.0 - score
    return frozenset() if 1.0 - against >= settings.min_confidence else frozenset(questions)


def _answers(here: int, question: Cue, transcript: Transcript) -> bool:
    """Whether turn number `here` is where an answer would stand: the first that its side says after the question."""
    asked = _index(question.turn_id, transcript)
    between = transcript.turns[asked + 1 : here]
    if not 0 <= asked < here or len(between) > _ANSWER_TURNS:
        return False
    side = _side(transcript.turns[here].role)
    mine = [_side(turn.role) == side for turn in between]
    return not any(mine) or all(mine)


def _index(turn_id: str, transcript: Transcript) -> int:
    return next((number for number, turn in enumerate(transcript.turns) if turn.id == turn_id), -1)


def _side(role: Role) -> str:
    return "far" if role in FAR else role
