"""Cues and verdicts on transcripts that exist already, in the shapes of evidence.json."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline.cues import find_cues
from pipeline.detect.readers import Line, Text, read_texts
from pipeline.evidence.document import to_plain
from pipeline.obligations import find_findings, judge, read_context
from pipeline.records import CallReport, Coverage, Finding, Recording, Transcript, Turn, Word
from pipeline.settings import Settings
from pipeline.version import tool

if TYPE_CHECKING:
    from pipeline.obligations import RulePack

__all__ = ["Line", "Text", "judge_text", "read_texts", "to_transcript"]

WRITTEN = ("cues", "verdicts", "findings")
#: A text without roles is taken for the caller's words, as a robot's message is; this sure, no more.
ASSUMED_ROLE_CONFIDENCE = 0.75
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_UNIT = re.compile(r"\s*(?:[\u3040-\u30ff\u3400-\u9fff]|[^\s\u3040-\u30ff\u3400-\u9fff]+)")  # one Han sign or one word
LETTERS_PER_HAN = 2  # a Han sign says about as much as this many letters; more Han than that and a text is Chinese


def judge_text(text: Text, *, settings: Settings, packs: Sequence[RulePack] = ()) -> dict[str, Any]:
    """Judge one text: {"id", "language", "cues", "verdicts", "findings"} as JSON values.

    A cue has times only where the text has. Findings are made only where settings.law.text_is_complete says that
    nothing is missing from the text, and only under a jurisdiction that the user chose.
    """
    transcript = to_transcript(text, settings=settings)
    cues = find_cues(transcript, settings=settings.cues)
    duration_ms = max((turn.end_ms or 0 for turn in transcript.turns), default=0)
    verdicts = judge(
        transcript,
        cues,
        settings=settings.judge,
        basis="text",
        duration_ms=duration_ms,
        supported=settings.speech.languages,
    )
    findings: tuple[Finding, ...] = ()
    recording = _no_recording(text, duration_ms)
    context = read_context(transcript, cues, recording, settings.law, settings.law.facts)
    if settings.law.text_is_complete:
        verdicts, findings = find_findings(verdicts, cues, context, started_at=None, packs=packs, text_is_complete=True)
    # Through a CallReport, so that the shapes are those of evidence.json by construction.
    report = CallReport(
        tool=tool(),
        outcome="examined",
        error=None,
        context=context,
        recording=recording,
        settings={},
        models=(),
        transcript=transcript,
        cues=cues,
        verdicts=verdicts,
        findings=findings,
    )
    written = to_plain(report)
    for cue in written["cues"]:
        if cue["start_ms"] is None:
            del cue["start_ms"], cue["end_ms"]
    return {"id": text.id, "language": transcript.language, **{key: written[key] for key in WRITTEN}}


def to_transcript(text: Text, *, settings: Settings) -> Transcript:
    """The text as a transcript: roles as given; else by speaker; else all the caller's. Words' times are estimates."""
    language = _language(text, settings.speech.language)
    groups = _joined(text.lines, settings.speech.turn_gap_ms)
    turns = tuple(_turn(lines, number, language) for number, lines in enumerate(groups, 1))
    reasons: tuple[str, ...] = ()
    if any(line.role is None for line in text.lines):
        turns, reasons = _with_roles(turns, language, settings)
    return Transcript(
        language=language,
        language_confidence=1.0,
        turns=turns,
        coverage=Coverage(0, 0, 1.0),
        role_reasons=reasons,
    )


def _language(text: Text, stated: str | None) -> str | None:
    """The language the words are in: what is stated, unless the script plainly says the other of Chinese and English.

    A publisher's word for it can be wrong: a "zh" without one Han sign is English, and the other way round.
    """
    words = " ".join(line.text for line in text.lines)
    han, latin = len(_HAN.findall(words)), len(_LATIN.findall(words))
    if not han and not latin:
        return _primary(text.language or stated)
    by_script = "zh" if han * LETTERS_PER_HAN > latin else "en"
    said = _primary(text.language or stated)
    if said == "zh" and not han:
        return by_script
    if said == "en" and by_script == "zh":
        return by_script
    return said or by_script


def _primary(language: str | None) -> str | None:
    """ "zh-CN" and "ZH_tw" are "zh"."""
    return re.split("[-_]", language.strip().lower())[0] if language else None


def _joined(lines: Sequence[Line], gap_ms: int) -> list[list[Line]]:
    """Lines gathered into turns. Turns given as turns stay; the lines of subtitles are joined until a pause or
    another speaker, since they end where the screen does and not where the speaker does."""
    groups: list[list[Line]] = []
    for line in lines:
        before = groups[-1][-1] if groups else None
        if (
            before is not None
            and line.is_fragment
            and line.speaker == before.speaker
            and line.start_ms is not None
            and before.end_ms is not None
            and line.start_ms - before.end_ms <= gap_ms
        ):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _turn(lines: Sequence[Line], number: int, language: str | None) -> Turn:
    space = "" if language == "zh" else " "
    first, last = lines[0], lines[-1]
    words: list[Word] = []
    for line in lines:
        words += _words(line, lead=space if words else "")
    return Turn(
        id=f"t{number}",
        role=first.role or "unknown",
        role_confidence=1.0 if first.role else 0.0,
        speaker=first.speaker,
        start_ms=first.start_ms,
        end_ms=last.end_ms,
        text=space.join(line.text for line in lines),
        confidence=1.0,
        words=tuple(words),
    )


def _words(line: Line, lead: str) -> list[Word]:
    """The line's words, its time shared out by their length; none where it has no times. Joined they are the text."""
    if line.start_ms is None or line.end_ms is None:
        return []
    if line.words:
        return [replace(line.words[0], text=lead + line.words[0].text), *line.words[1:]]
    length = line.end_ms - line.start_ms
    words: list[Word] = []
    for match in _UNIT.finditer(line.text):
        begin, end = (line.start_ms + round(length * at / len(line.text)) for at in match.span())
        words.append(Word(match[0] if words else lead + match[0], begin, end, 1.0, estimated=True))
    return words


def _with_roles(
    turns: tuple[Turn, ...], language: str | None, settings: Settings
) -> tuple[tuple[Turn, ...], tuple[str, ...]]:
    """Roles for the turns that came without: by who says what where several speakers are told apart."""
    if len({turn.speaker for turn in turns if turn.speaker is not None}) > 1:
        from pipeline.speech.roles import assign_roles

        told, reasons = assign_roles(turns, language, settings=settings.roles)
        given = (turn if turn.role != "unknown" else new for turn, new in zip(turns, told, strict=True))
        return tuple(given), reasons
    assumed = tuple(
        turn if turn.role != "unknown" else replace(turn, role="caller", role_confidence=ASSUMED_ROLE_CONFIDENCE)
        for turn in turns
    )
    return assumed, ("The text does not say who speaks: all of it is taken for the caller's words.",)


def _no_recording(text: Text, duration_ms: int) -> Recording:
    """The place of the recording, for a call of which only the words are known."""
    return Recording(
        file=text.id,
        sha256="",
        bytes=0,
        duration_ms=duration_ms,
        sample_rate_hz=0,
        channels=0,
        codec="",
        container="",
        layout="mono",
    )
