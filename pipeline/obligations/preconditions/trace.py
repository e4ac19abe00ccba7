"""Whether something unclear sounds like what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ...records import Both, CueLabel, Obligation, Span
from ..call import Call, Check
from ..wording import clock, shortened
from .shared import as_given

__all__ = ["no_trace"]

#: What would settle an obligation if it had been heard.
_SETTLED_BY: Mapping[Obligation, tuple[CueLabel, ...]] = MappingProxyType(
    {
        "bot_disclosure": ("bot_disclosure", "ai_label"),
        "human_transfer": ("human_offer", "transfer_started"),
        "consent": ("consent_claim", "consent_request"),
        "opt_out": ("optout_offer", "optout_ack"),
        "caller_identity": ("caller_identity",),
    }
)


def no_trace(call: Call, obligation: Obligation, span: Span) -> Check:
    """Whether nothing in the span sounds like the statement that is missing."""
    name = "no_trace"
    if call.basis == "text":
        return as_given(name)
    labels = _SETTLED_BY[obligation]
    for trace in call.traces:
        if trace.label in labels and trace.start_ms is not None and span.start_ms <= trace.start_ms < span.end_ms:
            at, words = clock(trace.start_ms), shortened(trace.quote)
            return Check(
                name,
                False,
                Both(
                    f"At {at} something was said that may be it (“{words}”), too unclear to tell. Please listen there.",
                    f"{at} 处有一句话（“{words}”）可能就是所查找的内容，但不够清楚，请人工听辨。",
                ),
            )
    return Check(name, True, Both("Nothing unclear sounds like it.", "没有听不清但疑似的内容。"))
