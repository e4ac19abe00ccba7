"""What must hold before the absence of words may be stated (vocabulary, "Absences need proof").

Each check answers with a name, whether it held, and a sentence in both languages; `Precondition` keeps the English.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...records import Cue
from ..call import Call, Check
from .answer import followed_after_request
from .ending import not_hung_up_at_once, repeats
from .heard import coverage
from .language import language_supported
from .opening import opening_heard, starts_at_beginning
from .trace import no_trace
from .who import caller_known

__all__ = [
    "absence_checks",
    "caller_known",
    "coverage",
    "followed_after_request",
    "language_supported",
    "no_trace",
    "not_hung_up_at_once",
    "opening_heard",
    "repeats",
    "request_checks",
    "starts_at_beginning",
]


def absence_checks(call: Call) -> tuple[Check, ...]:
    """All that `not_heard` and `gap` need, over the whole call."""
    return (
        starts_at_beginning(call),
        caller_known(call),
        coverage(call, call.whole),
        not_hung_up_at_once(call),
        language_supported(call),
    )


def request_checks(call: Call, requests: Sequence[Cue]) -> tuple[Check, ...]:
    """All that `ignored` and `asked_not_provided` need: the same less the opening, and something after the request.

    requests: those with no answer after them, in order; the span runs from the first to the end of the call.
    """
    return (
        caller_known(call),
        coverage(call, call.after(requests[0])),
        not_hung_up_at_once(call),
        language_supported(call),
        followed_after_request(call, requests),
    )
