"""Whether the caller could have answered a request."""

from __future__ import annotations

from collections.abc import Sequence

from ...records import Both, Cue
from ..call import Call, Check
from ..coverage import heard_after_ms
from .shared import as_given

__all__ = ["followed_after_request"]


def followed_after_request(call: Call, requests: Sequence[Cue]) -> Check:
    """Whether the caller's side had a chance to answer at least one of the requests."""
    name = "followed_after_request"
    line = call.line
    seconds = f"{call.settings.heard_after_request_ms / 1000:.0f}"
    if not line.timed and len(line.turns) <= 1:
        return as_given(name)
    for request in requests:
        if line.far_after(line.key(request)):
            return Check(name, True, Both("The caller spoke after the request.", "提出要求后主叫方又说了话。"))
        end = line.end_of(request)
        if line.timed and heard_after_ms(line.transcript, end, line.end_ms) >= call.settings.heard_after_request_ms:
            return Check(
                name,
                True,
                Both(
                    f"Sound was heard for {seconds} s or more after the request.",
                    f"提出要求后仍有 {seconds} 秒以上的声音。",
                ),
            )
    return Check(name, False, Both("The call ended right after the request.", "提出要求后通话随即结束。"))
