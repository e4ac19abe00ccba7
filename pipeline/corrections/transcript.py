"""Roles, texts and words as a person corrected them: a transcript in, a transcript out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from pipeline.corrections.entries import Entry, FixRole, FixText, FixWord
from pipeline.errors import CorrectionsError
from pipeline.records import Correction, Coverage, Gap, Transcript, Turn, Word

_SURE = 1.0  # confidence of what a person wrote
_UNITS = re.compile(r"\s*(?:[\u3400-\u9fff\uf900-\ufaff]|[^\s\u3400-\u9fff\uf900-\ufaff]+)")
_READ_UNSURELY = "low_confidence"  # the only gap that has text: a person who wrote the whole turn has settled it


@dataclass(frozen=True)
class CorrectedTranscript:
    transcript: Transcript
    corrections: tuple[Correction, ...]


def correct_transcript(transcript: Transcript, entries: Sequence[Entry]) -> CorrectedTranscript:
    """The transcript with roles, texts and words put right, and what was changed. Other entries are left to others.

    A turn's own role wins over its speaker's. Raises CorrectionsError for what is not there or is corrected twice.
    """
    turns = {turn.id: turn for turn in transcript.turns}
    made: list[Correction] = []
    _refuse_twice(entries)
    roles = [entry for entry in entries if isinstance(entry, FixRole)]
    for role in sorted(roles, key=lambda entry: entry.turn is not None):
        made.append(_fix_role(role, turns, transcript.turns))
    for entry in entries:
        match entry:
            case FixText(turn=name, text=text):
                turn = turn_named(name, turns, entry)
                turns[name] = _with_text(turn, text)
                made.append(Correction("text", name, (name,), None, turn.text, text, entry.by, entry.note))
            case FixWord(turn=name, was=was, now=now):
                turn = turn_named(name, turns, entry)
                at = _place(turn, entry)
                turns[name] = _with_text(turn, turn.text[:at] + now + turn.text[at + len(was) :])
                made.append(Correction("word", name, (name,), None, was, now, entry.by, entry.note))
    whole = [turns[entry.turn] for entry in entries if isinstance(entry, FixText)]
    rewritten = {turn.id for turn in whole}
    return CorrectedTranscript(
        replace(
            transcript,
            turns=tuple(turns[turn.id] for turn in transcript.turns),
            alternatives=tuple(other for other in transcript.alternatives if other.turn_id not in rewritten),
            coverage=_with_read(transcript.coverage, whole, tuple(turns.values())),
        ),
        tuple(made),
    )


def turn_named(name: str, turns: dict[str, Turn], entry: Entry) -> Turn:
    """Raises CorrectionsError where there is no such turn."""
    if name not in turns:
        raise CorrectionsError(
            f"{entry.where}: there is no turn {name}.",
            tip=f"Turns here: {_listed(turns)}. The page shows each one's name.",
        )
    return turns[name]


def _listed(names: Sequence[str] | dict[str, Turn]) -> str:
    ordered = list(names)
    return ", ".join(ordered) if len(ordered) <= 6 else f"{ordered[0]} to {ordered[-1]}"


def _refuse_twice(entries: Sequence[Entry]) -> None:
    """One role a turn and a speaker, one text a turn, and no words besides the whole text."""
    seen: dict[tuple[str, str | None], Entry] = {}
    for entry in entries:
        match entry:
            case FixRole(turn=turn, speaker=speaker):
                key = ("role of turn" if turn else "role of speaker", turn or speaker)
            case FixText(turn=turn):
                key = ("text of turn", turn)
            case FixWord(turn=turn) if ("text of turn", turn) in seen:
                key = ("text of turn", turn)
            case _:
                continue
        if key in seen:
            raise CorrectionsError(
                f"{entry.where}: the {key[0]} {key[1]} is corrected twice.",
                tip=f"Keep one of the two; the other is {seen[key].where}.",
            )
        seen[key] = entry


def _fix_role(entry: FixRole, turns: dict[str, Turn], machine: Sequence[Turn]) -> Correction:
    """Put the role into `turns`."""
    if entry.turn is not None:
        turn_named(entry.turn, turns, entry)
        meant = [turn for turn in machine if turn.id == entry.turn]
    else:
        meant = [turn for turn in machine if turn.speaker == entry.speaker]
        if not meant:
            known = sorted({turn.speaker for turn in machine if turn.speaker})
            raise CorrectionsError(
                f"{entry.where}: there is no speaker {entry.speaker}.",
                tip=f"Speakers here: {', '.join(known) or 'none'}.",
            )
    for turn in meant:
        turns[turn.id] = replace(turns[turn.id], role=entry.role, role_confidence=_SURE)
    was = ",".join(dict.fromkeys(turn.role for turn in meant))
    names = tuple(turn.id for turn in meant)
    target = entry.turn or entry.speaker or ""
    return Correction("role", target, names, None, was, entry.role, entry.by, entry.note)


def _place(turn: Turn, entry: FixWord) -> int:
    """Where in the turn's text the words to be put right begin."""
    places = [found.start() for found in re.finditer(re.escape(entry.was), turn.text)]
    if not places:
        raise CorrectionsError(
            f"{entry.where}: “{entry.was}” does not stand in turn {turn.id}.",
            tip=f"Its text is: {turn.text}",
        )
    if entry.nth is None and len(places) > 1:
        raise CorrectionsError(
            f"{entry.where}: “{entry.was}” stands {len(places)} times in turn {turn.id}.",
            tip="Say which one with nth = 1 for the first, or give more of the words around it.",
        )
    number = entry.nth or 1
    if number > len(places):
        raise CorrectionsError(
            f"{entry.where}: “{entry.was}” stands only {len(places)} times in turn {turn.id}.", tip="Lower nth."
        )
    return places[number - 1]


def _with_text(turn: Turn, text: str) -> Turn:
    """The turn with another text. Words in what stayed keep their times; new ones share the time between, estimated."""
    kept = _kept(turn, text)
    words: list[Word] = []
    at, now_ms = 0, turn.start_ms or 0
    for start, end, word in [*kept, (len(text), len(text), None)]:
        until_ms = word.start_ms if word is not None else (turn.end_ms or now_ms)
        words += _shared(text[at:start], now_ms, max(now_ms, until_ms))
        if word is not None:
            words.append(word)
            now_ms = max(now_ms, word.end_ms)
        at = end
    if turn.start_ms is None:
        words = []
    sure = sum(word.confidence for word in words) / len(words) if words else _SURE
    return replace(turn, text=text, words=tuple(words), confidence=round(sure, 3))


def _kept(turn: Turn, text: str) -> list[tuple[int, int, Word]]:
    """Words that stand in both texts at the same place: where in the new one, [start, end), and the word itself."""
    blocks = SequenceMatcher(None, turn.text, text, autojunk=False).get_matching_blocks()
    kept: list[tuple[int, int, Word]] = []
    at = 0
    for word in turn.words:
        letters = word.text.strip()
        start = turn.text.find(letters, at) if letters else -1
        if start < 0:
            continue
        at = start + len(letters)
        for block in blocks:
            if block.a <= start and at <= block.a + block.size:
                moved = block.b - block.a
                if _whole(text, start + moved, at + moved):
                    kept.append((start + moved, at + moved, word))
    return kept


def _whole(text: str, start: int, end: int) -> bool:
    """Whether the span is not the inside of a longer Latin word: "call" has not stayed in "recalled"."""
    return not _joined(text[max(0, start - 1) : start + 1]) and not _joined(text[end - 1 : end + 1])


def _joined(pair: str) -> bool:
    """Whether two neighbouring characters are of one Latin word or number."""
    return len(pair) == 2 and pair.isascii() and pair.isalnum()


def _shared(text: str, start_ms: int, end_ms: int) -> list[Word]:
    """New text as words that share a stretch of time by their length."""
    units = _UNITS.findall(text)
    letters = max(1, sum(len(unit.strip()) for unit in units))
    words: list[Word] = []
    done = 0
    for unit in units:
        begin = start_ms + (end_ms - start_ms) * done // letters
        done += len(unit.strip())
        words.append(Word(unit, begin, start_ms + (end_ms - start_ms) * done // letters, _SURE, estimated=True))
    return words


def _with_read(coverage: Coverage, whole: Sequence[Turn], turns: Sequence[Turn]) -> Coverage:
    """Coverage after a person wrote whole turns: what the machine read unsurely there and nobody else spoke in is read.

    Speech that has no text at all stays a gap: the person's text may not hold it.
    """
    gaps: list[Gap] = []
    read_ms = 0
    for gap in coverage.gaps:
        mine = [turn for turn in whole if _inside(gap, turn)]
        others = [turn for turn in turns if _touches(gap, turn) and all(turn.id != one.id for one in mine)]
        if gap.reason == _READ_UNSURELY and mine and not others:
            read_ms += gap.end_ms - gap.start_ms
        else:
            gaps.append(gap)
    if not read_ms:
        return coverage
    done = min(coverage.speech_ms, coverage.transcribed_ms + read_ms)
    return Coverage(coverage.speech_ms, done, round(done / coverage.speech_ms, 4), tuple(gaps))


def _inside(gap: Gap, turn: Turn) -> bool:
    if turn.start_ms is None or turn.end_ms is None:
        return False
    return turn.start_ms <= gap.start_ms and gap.end_ms <= turn.end_ms


def _touches(gap: Gap, turn: Turn) -> bool:
    if turn.start_ms is None or turn.end_ms is None:
        return False
    return turn.start_ms < gap.end_ms and gap.start_ms < turn.end_ms
