"""Did the caller name the company or body it calls for?"""

from __future__ import annotations

from ...records import Both, Verdict
from ..call import Call
from ..timeline import FAR
from ..verdict import absent, cue_confidence, settled
from ..wording import quoted, spans_text

__all__ = ["judge"]


def judge(call: Call) -> Verdict:
    """heard or not_heard."""
    named = call.line.of("caller_identity", roles=FAR)
    if named:
        reason = Both(
            f"The caller named whom it calls for {quoted(named[0]).en}.", f"主叫方在 {quoted(named[0]).zh}说明了身份。"
        )
        return settled(
            call, "caller_identity", "heard", cues=named, reason=reason, confidence=cue_confidence(call, *named)
        )
    text = spans_text((call.whole,) if call.basis == "audio" else ())
    reason = Both(
        f"The caller was not heard naming the company or body it calls for, in {text.en}.",
        f"在 {text.zh} 内未听到主叫方说明其代表的公司或机构名称。",
    )
    return absent(call, "caller_identity", "not_heard", reason=reason)
