"""SRT and WebVTT as transcripts.

Read here and not by a subtitle library: those are made to be forgiving (pysubs2 takes a cue with a broken time for
more text of the cue before, and drops the speaker's name from WebVTT); a transcript that is to be judged must be whole.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

from pipeline.errors import TranscriptError

__all__ = ["SubtitleCue", "is_srt", "is_vtt", "read_srt", "read_vtt"]

_TIME = r"(?:(\d+):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})"
_TIMES = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}(\s.*)?$")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_TAG = re.compile(r"</?[a-zA-Z][^>]*>|<\d[\d:.]*>|\{\\[^}]*\}")
_NAMED = re.compile(r"^\[(SPEAKER[_ ]?\w+)\]\s*:?\s*", re.IGNORECASE)  # as WhisperX writes the speaker into SRT


class SubtitleCue(TypedDict):
    """The words shown over a stretch of time, ms. speaker: None where the file names none."""

    text: str
    speaker: str | None
    start_ms: int
    end_ms: int


def is_vtt(content: str) -> bool:
    return content.lstrip().startswith("WEBVTT")


def is_srt(content: str) -> bool:
    """Whether a time line stands among the first lines."""
    return any("-->" in line for line in content.lstrip().splitlines()[:3])


def read_vtt(content: str, path: Path) -> Iterator[SubtitleCue]:
    """Cues of a WebVTT file; notes, styles and regions left out. Raises TranscriptError with the line's number."""
    return _cues(content, path, skip=("WEBVTT", "NOTE", "STYLE", "REGION"))


def read_srt(content: str, path: Path) -> Iterator[SubtitleCue]:
    """Cues of a SubRip file. Raises TranscriptError with the line's number."""
    return _cues(content, path, skip=())


def _cues(content: str, path: Path, skip: tuple[str, ...]) -> Iterator[SubtitleCue]:
    for number, block in _blocks(content):
        if skip and block[0].split(" ")[0].strip() in skip:
            continue
        head = next((i for i, line in enumerate(block[:2]) if "-->" in line), None)
        if head is None:
            raise TranscriptError(f"{path}, line {number}: no time line in this cue.", tip=_TIP)
        yield _cue(block[head], block[head + 1 :], f"{path}, line {number + head}")


_TIP = "A cue is a line such as 00:00:01,000 --> 00:00:02,500 and the words under it."


def _blocks(content: str) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines that are not blank, each with the number of its first line (from 1)."""
    block: list[str] = []
    lines = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate([*lines, ""], 1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _cue(times: str, words: list[str], where: str) -> SubtitleCue:
    match = _TIMES.match(times)
    if match is None:
        raise TranscriptError(f"{where}: the times cannot be read: {times.strip()!r}.", tip=_TIP)
    parts = match.groups()
    start_ms, end_ms = _ms(parts[:4]), _ms(parts[4:8])
    if end_ms < start_ms:
        raise TranscriptError(f"{where}: it ends before it starts.", tip=_TIP)
    text = " ".join(line.strip() for line in words)
    voice, named = _VOICE.search(text), _NAMED.match(text)
    speaker = voice[1].strip() if voice else named[1] if named else None
    text = html.unescape(_TAG.sub("", _NAMED.sub("", text))).strip()
    return SubtitleCue(text=text, speaker=speaker, start_ms=start_ms, end_ms=end_ms)


def _ms(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, fraction = parts
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return 1000 * whole + int((fraction or "0").ljust(3, "0"))
