"""The caller's first words: whether the recording holds them, and whether they are clear enough to miss a name in."""

from __future__ import annotations

from ...records import Both, Span, Turn
from ..call import NO_SPEECH, Call, Check
from ..coverage import overlap_ms, union
from ..speech_acts import is_greeting
from ..wording import clock
from .shared import as_given

__all__ = ["opening_heard", "starts_at_beginning"]


def starts_at_beginning(call: Call) -> Check:
    """Whether the recording starts at or before the caller's first words."""
    name = "starts_at_beginning"
    if call.starts is not None:
        held = call.starts == "complete"
        return Check(
            name,
            held,
            Both("The user says the beginning is there.", "使用者确认录音开头完整。")
            if held
            else Both("The user says the beginning is missing.", "使用者说明录音缺少开头。"),
        )
    if call.basis == "text":
        return as_given(name)
    first = call.line.first_far
    if first is None or first.start_ms is None:
        return Check(name, False, Both("No words of the caller were made out.", "未能辨认出主叫方的话。"))
    if missing := _missing_opening(call, first, first.start_ms):
        return Check(name, False, missing)
    at = clock(first.start_ms)
    return Check(
        name,
        True,
        Both(
            f"The caller's first words come at {at}, after the start of the recording.",
            f"主叫方的第一句话在 {at}，此前录音已经开始。",
        ),
    )


def _missing_opening(call: Call, first: Turn, start_ms: int) -> Both | None:
    """Why the beginning of the caller's words may be missing, None if nothing says so."""
    soon = call.settings.late_start_ms
    if start_ms < soon:
        return Both(
            "The caller is already talking when the recording starts.",
            "录音开始时主叫方已在说话，开头部分可能缺失。",
        )
    early = [t for t in call.line.turns if t.start_ms is not None and t.start_ms < soon]
    if any(t.role == "unknown" for t in early):
        return Both(
            "Somebody, perhaps the caller, is already talking when the recording starts.",
            "录音开始时已有人在说话，可能是主叫方。",
        )
    if any(t.role == "callee" and not _is_hello(t, call.settings.greeting_ms) for t in early):
        return Both(
            "The recording starts in the middle of what the person called is saying.",
            "录音从接听人说话的中途开始，开头部分可能缺失。",
        )
    rings = union(Span(t.start_ms, t.end_ms) for t in call.line.transcript.tones)
    for gap in call.line.transcript.coverage.gaps:
        span = Span(gap.start_ms, min(gap.end_ms, start_ms))
        speech_ms = span.length_ms - overlap_ms(rings, span)
        if gap.start_ms < soon and gap.reason not in NO_SPEECH and speech_ms >= call.settings.opening_gap_ms:
            return Both(
                "The recording starts with speech that could not be made out.",
                "录音开头有未能听清的说话声。",
            )
    if not early and start_ms < 2 * soon and first.text[:1].islower():
        return Both("The caller's first sentence is cut off.", "主叫方的第一句话不完整，开头部分可能缺失。")
    return None


def _is_hello(turn: Turn, greeting_ms: int) -> bool:
    length = (turn.end_ms or 0) - (turn.start_ms or 0)
    return length <= greeting_ms or is_greeting(turn.text)


def opening_heard(call: Call) -> Check:
    """Whether the caller's first words are clear enough to miss a name in: names are what recognisers garble first."""
    name = "opening_heard"
    if call.basis == "text":
        return as_given(name)
    start = call.line.from_first_word.start_ms
    words = [
        word
        for turn in call.line.far_turns
        for word in turn.words
        if start <= word.start_ms < start + call.settings.opening_ms
    ]
    needed = call.settings.min_opening_confidence
    sure = sum(word.confidence for word in words) / len(words) if words else 1.0
    return Check(
        name,
        sure >= needed,
        Both(
            f"The caller's opening was made out with a confidence of {sure:.2f} ({needed:.2f} needed to miss a name).",
            f"主叫方开场白的识别置信度为 {sure:.2f}（判断未报名称需达到 {needed:.2f}）。",
        ),
    )
