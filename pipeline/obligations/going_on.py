"""Does the caller go on after a refusal?"""

from __future__ import annotations

from dataclasses import dataclass

from ..records import Cue, Turn
from .call import Call
from .preconditions import repeats
from .speech_acts import farewell_at, push_at
from .timeline import FAR

__all__ = ["GoingOn", "going_on"]

_STOP_CALLING = 3  # refusal level (vocabulary)


@dataclass(frozen=True)
class GoingOn:
    """Where the caller went on: turn, character in it, and cue (None: a push, cited by its turn)."""

    turn: Turn
    offset: int
    cue: Cue | None


def going_on(call: Call, refusal: Cue) -> GoingOn | None:
    """The first pitch, sensitive request or push after the refusal; None if an acceptance or a goodbye comes first.

    In one turn the order of the words decides. A turn already under way when the refusal came counts only with a cue
    that begins after it, and a turn that accepts the request only with a cue, not with a push. If the callee agrees
    again in between, nothing is going on against their will.
    """
    line, key = call.line, call.line.key(refusal)
    again = [line.key(c) for c in line.of("consent_given", roles=("callee",)) if line.key(c) > key]
    for turn in line.far_turns:
        if line.timed and (turn.end_ms or 0) <= line.end_of(refusal):
            continue
        under_way = line.turn_key(turn) <= key
        if under_way and not line.timed and turn.id != refusal.turn_id:
            continue
        if again and line.turn_key(turn) > again[0]:
            return None
        off = _off(call, refusal, turn, under_way)
        on = [g for g in _on(call, refusal, turn, under_way) if off is None or g.offset < off]
        if on:
            return min(on, key=lambda g: (g.cue is None, g.offset))
        if off is not None:
            return None
    return None


def _on(call: Call, refusal: Cue, turn: Turn, under_way: bool) -> list[GoingOn]:
    line = call.line
    since = line.end_of(refusal) if line.timed else line.key(refusal)[0]
    cues = [
        GoingOn(turn, line.offset_in(turn, c), c)
        for c in line.of("marketing_pitch", "sensitive_request", roles=FAR)
        if c.turn_id == turn.id and (not under_way or line.key(c)[0] >= since)
    ]
    accepts = any(c.turn_id == turn.id for c in line.of("optout_ack", roles=FAR))
    push = None if under_way or accepts or not _may_push(call, refusal) else _push(call, turn)
    return [*cues, *([push] if push else [])]


def _push(call: Call, turn: Turn) -> GoingOn | None:
    offset = push_at(turn.text)
    if offset is None:
        earlier = [t for t in call.line.far_turns if call.line.turn_key(t) < call.line.turn_key(turn)]
        offset = 0 if any(repeats(turn, t, call.settings) for t in earlier) else None
    return None if offset is None else GoingOn(turn, offset, None)


def _may_push(call: Call, refusal: Cue) -> bool:
    """Asking *again* needs something asked or offered before; a demand to stop calling refuses whatever comes next."""
    if (refusal.level or 0) >= _STOP_CALLING:
        return True
    before = call.line.of("marketing_pitch", "sensitive_request", "consent_request", roles=FAR)
    return any(call.line.key(c) < call.line.key(refusal) for c in before)


def _off(call: Call, refusal: Cue, turn: Turn, under_way: bool) -> int | None:
    line = call.line
    acks = [
        line.offset_in(turn, c)
        for c in line.of("optout_ack", roles=FAR)
        if c.turn_id == turn.id and line.key(c) > line.key(refusal)
    ]
    goodbye = None if under_way else farewell_at(turn.text)
    return min([*acks, *([goodbye] if goodbye is not None else [])], default=None)
