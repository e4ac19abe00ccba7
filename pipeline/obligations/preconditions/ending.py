"""Whether the caller came to the end of what it had to say."""

from __future__ import annotations

from ...records import Both, Turn
from ...settings import JudgeSettings
from ..call import Call, Check
from ..speech_acts import farewell_at, has_menu, similarity, spoken_letters
from .shared import as_given

__all__ = ["not_hung_up_at_once", "repeats"]


def not_hung_up_at_once(call: Call) -> Check:
    """Whether the caller had a fair chance to say what is missing."""
    name = "not_hung_up_at_once"
    if call.basis == "text":
        return as_given(name)
    first = call.line.first_far
    gaps = [g.end_ms for g in call.line.transcript.coverage.gaps]
    last = max([*(t.end_ms or 0 for t in call.line.turns), *gaps], default=0)
    lasted = last - (first.start_ms or 0) if first else 0
    seconds = f"{lasted / 1000:.0f}"
    if lasted >= call.settings.hung_up_at_once_ms:
        return Check(
            name,
            True,
            Both(
                f"The call went on for {seconds} s after the caller's first word.",
                f"主叫方开口后通话持续 {seconds} 秒。",
            ),
        )
    if why := _message_ended(call):
        return Check(name, True, why)
    return Check(
        name,
        False,
        Both(
            f"The call ended {seconds} s after the caller's first word, before the caller had finished.",
            f"主叫方开口后仅 {seconds} 秒通话即结束，对方尚未说完。",
        ),
    )


def _message_ended(call: Call) -> Both | None:
    """What shows that a short call was complete: a farewell, a repeat, or a menu read out to its end."""
    far = call.line.far_turns
    if any(farewell_at(t.text) is not None for t in far[-2:]):
        return Both("The call was short, but the caller said goodbye.", "通话虽短，但主叫方已道别。")
    for i, turn in enumerate(far):
        if any(repeats(turn, earlier, call.settings) for earlier in far[:i]):
            return Both("The call was short, but the message was repeated.", "通话虽短，但语音内容已重复播放。")
    for turn in far:
        finished = turn is not call.line.turns[-1] or turn.text.rstrip().endswith((".", "。", "!", "！"))
        if has_menu(turn.text) and finished:
            return Both("The call was short, but the menu was read to its end.", "通话虽短，但按键菜单已播放完毕。")
    return None


def repeats(turn: Turn, earlier: Turn, settings: JudgeSettings) -> bool:
    """Whether a turn says again what an earlier one said."""
    letters = min(len(spoken_letters(turn.text)), len(spoken_letters(earlier.text)))
    return letters >= settings.repeat_min_chars and similarity(turn.text, earlier.text) >= settings.repeat_similarity
