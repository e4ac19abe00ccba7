"""Keys pressed by the person called: their meaning comes from the menu just offered."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.phrases import match_copy
from pipeline.records import Cue, CueLabel, Tone, Transcript, Turn, Vote

_MEANING: dict[CueLabel, tuple[CueLabel, int | None]] = {
    "human_offer": ("asks_human", None),
    "optout_offer": ("refusal", 3),
}
_NAMES = {
    "0": ("零", "zero"), "1": ("一", "one"), "2": ("二", "two"), "3": ("三", "three"), "4": ("四", "four"),
    "5": ("五", "five"), "6": ("六", "six"), "7": ("七", "seven"), "8": ("八", "eight"), "9": ("九", "nine"),
    "*": ("星号", "star"), "#": ("井号", "pound"),
}  # fmt: skip
_PRESS = re.compile(r"(?:press|dial|按下?|拨)\s*(?:the\s*)?(零|[一二三四五六七八九]|[0-9]|[a-z]+|星号|井号)", re.I)


def key_cues(transcript: Transcript, cues: Sequence[Cue]) -> list[Cue]:
    """A cue for every key pressed after a menu that says what it does. Without such a menu a key says nothing."""
    found = []
    for tone in transcript.tones:
        if tone.kind != "dtmf":
            continue
        menus = [turn for turn in transcript.turns if turn.role in ("caller", "human") and _before(turn, tone)]
        for turn in reversed(menus[-2:]):
            offer = next((cue for cue in cues if cue.turn_id == turn.id and _offers(cue, tone, transcript)), None)
            if offer:
                found.append(_pressed(tone, turn, offer))
                break
    return found


def _before(turn: Turn, tone: Tone) -> bool:
    return turn.start_ms is not None and turn.start_ms < tone.start_ms


def _offers(cue: Cue, tone: Tone, transcript: Transcript) -> bool:
    if cue.label not in _MEANING or cue.by_classifier_alone:
        return False
    language = transcript.language or ""
    named = {match_copy(key, language) for key in _PRESS.findall(match_copy(cue.quote, language))}
    return bool(named & {tone.symbol, *_NAMES[tone.symbol]})


def _pressed(tone: Tone, turn: Turn, offer: Cue) -> Cue:
    label, level = _MEANING[offer.label]
    vote = Vote("keypad", True, offer.confidence, f"key {tone.symbol}, offered as: {offer.quote}")
    return Cue("", label, "callee", tone.start_ms, tone.end_ms, "", turn.id, offer.confidence, (vote,), level)
