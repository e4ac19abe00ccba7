"""Transcripts that exist already, read: JSONL and JSON of our own form, SRT, WebVTT, whisper and WhisperX JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

from pipeline.detect.subtitles import SubtitleCue, is_srt, is_vtt, read_srt, read_vtt
from pipeline.errors import TranscriptError
from pipeline.records import Role, Word

__all__ = ["Line", "Text", "read_texts"]

ROLES: tuple[str, ...] = get_args(Role)


@dataclass(frozen=True)
class Line:
    """One turn as supplied. Times in ms, None where the text has none; role and speaker None where not said."""

    text: str
    role: Role | None = None
    speaker: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    is_fragment: bool = False  # a subtitle or a segment, cut by length and not by speaker
    words: tuple[Word, ...] = ()  # where the text came with its words' times; joined they are the text


@dataclass(frozen=True)
class Text:
    """One call's words as supplied, in order. language: as its publisher says, None where it does not."""

    id: str
    language: str | None
    lines: tuple[Line, ...]


def read_texts(path: Path) -> Iterator[Text | TranscriptError]:
    """Every call in a file; for a JSONL line that cannot be read its error, and on with the next line.

    The form is told by the content. Raises TranscriptError where the whole file cannot be read.
    """
    content = _content(path)
    if is_vtt(content):
        yield Text(path.stem, None, _shown(read_vtt(content, path)))
    elif is_srt(content):
        yield Text(path.stem, None, _shown(read_srt(content, path)))
    elif (whole := _one_object(content)) is not None:
        yield _text(whole, where=str(path), fallback_id=path.stem)
    else:
        yield from _lines(content, path)


def _shown(cues: Iterator[SubtitleCue]) -> tuple[Line, ...]:
    return tuple(Line(**cue, is_fragment=True) for cue in cues if cue["text"])


def _content(path: Path) -> str:
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise TranscriptError(f"{path}: cannot be read ({error.strerror or error}).") from error
    except UnicodeDecodeError as error:
        raise TranscriptError(
            f"{path}: not UTF-8 text (byte {error.start}).", tip="Save the transcript as UTF-8 and try again."
        ) from error
    if not content.strip():
        raise TranscriptError(f"{path}: the file is empty.", tip="Hand over a transcript with at least one line.")
    return content


def _one_object(content: str) -> Mapping[str, Any] | None:
    """The content as one JSON object; None where it is several lines of JSON, or none."""
    try:
        whole = json.loads(content)
    except ValueError:
        return None
    return whole if isinstance(whole, dict) else None


def _lines(content: str, path: Path) -> Iterator[Text | TranscriptError]:
    seen: set[str] = set()
    # Not splitlines(): U+2028 and its like may stand inside a JSON string.
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            text = _text(_object(line, where), where=where, fallback_id=str(number))
            if text.id in seen:
                raise TranscriptError(
                    f"{where}: the id {text.id!r} was used before.", tip="Give every line its own id."
                )
        except TranscriptError as error:
            yield error
        else:
            seen.add(text.id)
            yield text


def _object(line: str, where: str) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise TranscriptError(f"{where}: not JSON ({error}).", tip=FORMS) from error
    if not isinstance(found, dict):
        raise TranscriptError(f"{where}: not a JSON object.", tip=FORMS)
    return found


FORMS = (
    'A line is {"id", "language", "text"} or {"id", "language", "turns": [{"text", "role"?, "start_ms"?, "end_ms"?}]}; '
    "SRT, WebVTT and whisper's JSON are read too."
)


def _text(found: Mapping[str, Any], *, where: str, fallback_id: str) -> Text:
    identity = found.get("id", fallback_id)
    if not isinstance(identity, str | int):
        raise TranscriptError(f"{where}: id is neither text nor a number.", tip=FORMS)
    language = found.get("language")
    if not isinstance(language, str | None):
        raise TranscriptError(f"{where}: language is not text.", tip='Write it as "zh" or "en".')
    if isinstance(found.get("segments"), list):
        lines = tuple(_segment(each, f"{where}, segment {i}") for i, each in enumerate(found["segments"], 1))
    elif isinstance(found.get("turns"), list):
        lines = tuple(_turn(each, f"{where}, turn {i}") for i, each in enumerate(found["turns"], 1))
    elif isinstance(found.get("text"), str):
        lines = (Line(found["text"].strip()),)
    else:
        raise TranscriptError(f"{where}: neither text nor turns.", tip=FORMS)
    return Text(str(identity), language or None, tuple(line for line in lines if line.text))


def _turn(turn: object, where: str) -> Line:
    """One of our own turns: times in ms."""
    if not isinstance(turn, dict) or not isinstance(turn.get("text"), str):
        raise TranscriptError(f"{where}: no text.", tip=FORMS)
    role, speaker = turn.get("role"), turn.get("speaker")
    if role is not None and role not in ROLES:
        raise TranscriptError(f"{where}: {role!r} is not a role.", tip=f"Use one of: {', '.join(ROLES)}.")
    start, end = turn.get("start_ms"), turn.get("end_ms")
    for name, value in (("start_ms", start), ("end_ms", end)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
            raise TranscriptError(f"{where}: {name} is {value!r}.", tip="Times are milliseconds from the start.")
    return _line(turn["text"], role, speaker, start, end, where)


def _segment(segment: object, where: str) -> Line:
    """A segment of whisper's or WhisperX's JSON: times in seconds."""
    if not isinstance(segment, dict) or not isinstance(segment.get("text"), str):
        raise TranscriptError(f"{where}: no text.", tip="Hand over the JSON as whisper or WhisperX wrote it.")
    times = [segment.get("start"), segment.get("end")]
    if any(isinstance(time, bool) or not isinstance(time, int | float | None) for time in times):
        raise TranscriptError(f"{where}: a time is not a number.", tip="Times are seconds from the start.")
    start, end = (None if time is None else 1000 * time for time in times)
    line = _line(segment["text"], None, segment.get("speaker"), start, end, where)
    return replace(line, is_fragment=True, words=_timed(segment.get("words"), line))


def _timed(listed: object, line: Line) -> tuple[Word, ...]:
    """The segment's words with their times, cut from its own text; none where the two do not agree.

    WhisperX leaves out the times of what it could not align, figures mostly: such a word lies between its neighbours.
    """
    if not isinstance(listed, list) or line.start_ms is None:
        return ()
    words: list[Word] = []
    at, before_ms = 0, line.start_ms
    for entry in listed:
        spelled = str(entry.get("word", "")).strip() if isinstance(entry, dict) else ""
        found = line.text.find(spelled, at)
        if not spelled or found < 0 or line.text[at:found].strip():
            return ()
        heard = [entry.get(name) for name in ("start", "end")]
        known = all(isinstance(time, int | float) for time in heard)
        start_ms, end_ms = (round(1000 * time) for time in heard) if known else (before_ms, before_ms)
        sure = entry.get("score", entry.get("probability", 1.0))
        confidence = min(1.0, max(0.0, float(sure))) if isinstance(sure, int | float) else 1.0
        words.append(Word(line.text[at : found + len(spelled)], start_ms, end_ms, confidence, estimated=not known))
        at, before_ms = found + len(spelled), end_ms
    return tuple(words) if not line.text[at:].strip() else ()


def _line(text: str, role: Any, speaker: Any, start: float | None, end: float | None, where: str) -> Line:
    if start is None or end is None:
        start = end = None
    elif end < start:
        raise TranscriptError(f"{where}: it ends before it starts.", tip="Correct the times, or leave them out.")
    return Line(
        text.strip(),
        role,
        None if speaker is None else str(speaker),
        None if start is None else round(start),
        None if end is None else round(end),
    )
