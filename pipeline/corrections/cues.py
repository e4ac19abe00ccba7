"""Cues as a person corrected them: carried over after the text changed, rejected, confirmed, added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.corrections.answers import fallen, possible_answers
from pipeline.corrections.entries import Add, Confirm, Entry, Reject
from pipeline.corrections.transcript import turn_named
from pipeline.cues.engine import labels_of
from pipeline.cues.keypad import key_cues
from pipeline.cues.layout import CallText
from pipeline.cues.wording import TRACED
from pipeline.errors import CorrectionsError
from pipeline.records import Correction, Cue, Transcript, Turn, Vote
from pipeline.settings import CueSettings

PERSON = "person"  # the matcher of a person's vote
_KEYPAD = "keypad"
_SURE = 1.0


@dataclass(frozen=True)
class CorrectedCues:
    """rejected: the machine's cues that a person took away. fallen: those that were cues only as answers to these.

    traces: what may still block an absence.
    """

    cues: tuple[Cue, ...]
    traces: tuple[Cue, ...]
    rejected: tuple[Cue, ...]
    fallen: tuple[Cue, ...]
    corrections: tuple[Correction, ...]


def same_statement(one: Cue, other: Cue) -> bool:
    """Whether two cues are of the same words: label, turn, and times (quotes where there are none)."""
    if (one.label, one.turn_id) != (other.label, other.turn_id):
        return False
    if one.start_ms is None or other.start_ms is None:
        return one.quote in other.quote or other.quote in one.quote
    if one.start_ms == other.start_ms:
        return True
    return one.start_ms < (other.end_ms or 0) and other.start_ms < (one.end_ms or 0)


def carry_over(machine: Sequence[Cue], again: Sequence[Cue]) -> tuple[Cue, ...]:
    """Cues read again after the transcript was corrected, under the names they had; new ones are numbered on."""
    free = list(machine)
    named: dict[int, str] = {}
    for exact in (True, False):
        for number, cue in enumerate(again):
            before = None if number in named else next((old for old in free if _is(old, cue, exact)), None)
            if before is not None:
                named[number] = before.id
                free.remove(before)
    last = max((int(cue.id[1:]) for cue in machine if cue.id[1:].isdigit()), default=0)
    result = []
    for number, cue in enumerate(again):
        if number not in named:
            last += 1
        result.append(replace(cue, id=named.get(number, f"c{last}")))
    return tuple(result)


def _is(old: Cue, cue: Cue, exact: bool) -> bool:
    if exact:
        return (old.label, old.turn_id, old.start_ms, old.quote) == (cue.label, cue.turn_id, cue.start_ms, cue.quote)
    return same_statement(old, cue)


def correct_cues(
    machine: Sequence[Cue],
    read: Sequence[Cue],
    traces: Sequence[Cue],
    transcript: Transcript,
    entries: Sequence[Entry],
    *,
    settings: CueSettings,
) -> CorrectedCues:
    """Apply what a person said of cues. machine: as first found; read: as they stand in the corrected transcript.

    Keys pressed take their meaning anew from the menus that are left. Raises CorrectionsError.
    """
    desk = _Desk(machine, read, traces, transcript, settings)
    for entry in entries:
        match entry:
            case Reject():
                desk.reject(entry)
            case Confirm():
                desk.confirm(entry)
            case Add():
                desk.add(entry)
    return desk.result()


class _Desk:
    """The cues of one call while they are being corrected."""

    def __init__(
        self,
        machine: Sequence[Cue],
        read: Sequence[Cue],
        traces: Sequence[Cue],
        transcript: Transcript,
        settings: CueSettings,
    ) -> None:
        self._settings = settings
        self._machine = {cue.id: cue for cue in machine}
        self._cues = {cue.id: cue for cue in read}
        self._traces = list(traces)
        self._transcript = transcript
        self._turns = {turn.id: turn for turn in transcript.turns}
        self._text = CallText(transcript)
        self._rejected: list[Cue] = []
        self._fallen: list[Cue] = []
        self._suspected: list[Reject] = []  # of turn and label: nothing there but what an added question may raise
        self._made: list[Correction] = []
        self._about: dict[str, Entry] = {}

    def reject(self, entry: Reject) -> None:
        if entry.cue is not None:
            gone: list[Cue] = [self._named(entry.cue, entry)]
        else:
            turn_named(entry.turn or "", self._turns, entry)
            gone = []
            for cue in [*self._machine.values(), *self._cues.values(), *self._traces]:
                if (cue.turn_id, cue.label) == (entry.turn, entry.label) and not any(_covers(g, cue) for g in gone):
                    gone.append(cue)
            if not gone:
                self._suspected.append(entry)
                return
        self._take_away(gone, entry)

    def _take_away(self, gone: Sequence[Cue], entry: Reject) -> None:
        for cue in {cue.id: cue for cue in gone if cue.id in self._machine}.values():
            self._once(cue.id, entry)
        self._cues = {name: cue for name, cue in self._cues.items() if not self._lost(cue, gone)}
        self._traces = [cue for cue in self._traces if not any(_covers(lost, cue) for lost in gone)]
        self._rejected += gone
        for cue in gone:
            target = cue.id if cue.id in self._machine else cue.turn_id
            self._note(entry, "reject", target, cue, was=cue.quote, now="")

    def _lost(self, cue: Cue, gone: Sequence[Cue]) -> bool:
        """Whether a cue goes with those rejected. One that the machine had by its own name goes only by that name."""
        if cue.id in self._machine:
            return any(cue.id == lost.id for lost in gone)
        return any(same_statement(lost, cue) for lost in gone)

    def confirm(self, entry: Confirm) -> None:
        cue = self._named(entry.cue, entry)
        self._once(cue.id, entry)
        now = self._cues.get(cue.id) or self._put_back(cue, entry)
        self._cues[cue.id] = replace(now, confidence=_SURE, votes=(*now.votes, _vote("confirmed", entry)))
        self._note(entry, "confirm", cue.id, now, was=cue.quote, now=now.quote)

    def add(self, entry: Add) -> None:
        turn = turn_named(entry.turn, self._turns, entry)
        _check_side(entry, entry.label, turn)
        start_ms, end_ms = self._times(turn, entry.quote, entry)
        cue = Cue(
            id=f"p{1 + sum(name.startswith('p') for name in self._cues)}",
            label=entry.label,
            role=turn.role,
            start_ms=start_ms,
            end_ms=end_ms,
            quote=entry.quote,
            turn_id=turn.id,
            confidence=_SURE,
            votes=(_vote("added", entry),),
            level=entry.level,
        )
        found = next((other for other in self._cues.values() if same_statement(other, cue)), None)
        if found is not None:
            level = f", level {found.level}" if found.level else ""
            raise CorrectionsError(
                f"{entry.where}: the machine has found it already ({found.id}{level}, “{found.quote}”).",
                tip=f'Confirm it: [[confirm]] cue = "{found.id}". Or reject it, where its words or level are wrong.',
            )
        self._cues[cue.id] = cue
        self._note(entry, "add", cue.id, cue, was="", now=cue.quote)

    def result(self) -> CorrectedCues:
        """The cues in the order of the call."""
        self._follow_questions()
        self._reject_suspected()
        said = [cue for cue in self._cues.values() if not _pressed(cue)]
        pressed = [cue for cue in self._cues.values() if _pressed(cue)]
        settled = [*said, *self._rejected]
        last = max((int(name[1:]) for name in (*self._machine, *self._cues) if name[1:].isdigit()), default=0)
        for key in key_cues(self._transcript, said):
            before = next((cue for cue in pressed if (cue.label, cue.start_ms) == (key.label, key.start_ms)), None)
            if before is None and not any(same_statement(other, key) for other in settled):
                last += 1
                before = replace(key, id=f"c{last}")
            if before is not None:
                said.append(before)
        said.sort(key=self._order)
        return CorrectedCues(
            tuple(said), tuple(self._traces), tuple(self._rejected), tuple(self._fallen), tuple(self._made)
        )

    def _follow_questions(self) -> None:
        """Answers to what a person rejected fall; what may answer what a person added is suspected."""
        stand = {cue.id: cue for cue in self._cues.values() if not _pressed(cue)}
        by_person = {name for name, cue in stand.items() if any(vote.matcher == PERSON for vote in cue.votes)}
        own = [cue for name, cue in stand.items() if name not in by_person]
        self._fallen = fallen(own, self._rejected, [*stand.values()], self._transcript, settings=self._settings)
        for cue in self._fallen:
            del self._cues[cue.id]
        added = [cue for name, cue in stand.items() if name in by_person and name not in self._machine]
        known = [*self._cues.values(), *self._rejected]
        left = [replace(cue, id="trace") for cue in self._fallen if cue.label in TRACED]
        for trace in [*left, *possible_answers(self._text, self._transcript, added, settings=self._settings)]:
            if not any(same_statement(other, trace) for other in known):
                self._traces.append(trace)
                known.append(trace)

    def _reject_suspected(self) -> None:
        for entry in self._suspected:
            gone = [trace for trace in self._traces if (trace.turn_id, trace.label) == (entry.turn, entry.label)]
            if not gone:
                raise CorrectionsError(
                    f"{entry.where}: nothing in turn {entry.turn} was taken for {entry.label}.",
                    tip="There is nothing to reject; delete the entry.",
                )
            self._take_away(gone, entry)

    def _order(self, cue: Cue) -> tuple[int, int, str]:
        number = next((n for n, turn in enumerate(self._transcript.turns) if turn.id == cue.turn_id), 0)
        if cue.start_ms is not None:
            return cue.start_ms, number, cue.label
        return number, max(0, self._transcript.turns[number].text.find(cue.quote)), cue.label

    def _named(self, name: str, entry: Entry) -> Cue:
        if name not in self._machine:
            known = ", ".join(self._machine)
            raise CorrectionsError(
                f"{entry.where}: there is no cue {name}.",
                tip=f"Cues here: {known}. The page shows each one's name." if known else "This call has no cues.",
            )
        return self._machine[name]

    def _once(self, name: str, entry: Entry) -> None:
        if name in self._about:
            raise CorrectionsError(
                f"{entry.where}: cue {name} is corrected twice.",
                tip=f"Keep one of the two; the other is {self._about[name].where}.",
            )
        self._about[name] = entry

    def _put_back(self, cue: Cue, entry: Entry) -> Cue:
        """A cue that the corrected transcript no longer gives by itself, because a person says it is one."""
        turn = self._turns[cue.turn_id]
        _check_side(entry, cue.label, turn)
        start_ms, end_ms = (cue.start_ms, cue.end_ms) if not cue.quote else self._times(turn, cue.quote, entry)
        return replace(cue, role=turn.role, start_ms=start_ms, end_ms=end_ms)

    def _times(self, turn: Turn, quote: str, entry: Entry) -> tuple[int | None, int | None]:
        at = turn.text.find(quote)
        if at < 0:
            raise CorrectionsError(
                f"{entry.where}: “{quote}” does not stand in turn {turn.id}.",
                tip=f"Give the words as they stand after your corrections: {turn.text}",
            )
        start = next(placed.start for placed in self._text.turns if placed.turn.id == turn.id) + at
        return self._text.times(start, start + len(quote))

    def _note(self, entry: Entry, kind: str, target: str, cue: Cue, *, was: str, now: str) -> None:
        self._made.append(
            Correction(kind, target, (cue.turn_id,), cue.label, was, now, entry.by, entry.note)  # type: ignore[arg-type]
        )


def _covers(rejected: Cue, cue: Cue) -> bool:
    return (rejected.id == cue.id and cue.id != "trace") or same_statement(rejected, cue)


def _pressed(cue: Cue) -> bool:
    """Whether all that speaks for the cue is a key and the menu it answered."""
    return bool(cue.votes) and all(vote.matcher == _KEYPAD for vote in cue.votes)


def _check_side(entry: Entry, label: str, turn: Turn) -> None:
    if label not in labels_of(turn.role):
        raise CorrectionsError(
            f"{entry.where}: turn {turn.id} is said by: {turn.role}, who cannot say a cue {label}.",
            tip=f'Correct the role of the turn too: [[role]] turn = "{turn.id}".',
        )


def _vote(what: str, entry: Entry) -> Vote:
    by = f" by {entry.by}" if entry.by else ""
    note = f": {entry.note}" if entry.note else ""
    return Vote(PERSON, True, _SURE, f"{what}{by}{note}")
