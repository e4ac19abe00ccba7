"""Was there a way to stop further calls, and was a request to stop accepted?"""

from __future__ import annotations

from ...records import Both, Cue, Verdict
from ..call import Call, Check
from ..going_on import going_on
from ..preconditions import no_trace, request_checks
from ..timeline import FAR
from ..verdict import absence_confidence, absent, blocked, cue_confidence, settled
from ..wording import join, quoted, spans_text

__all__ = ["judge"]

_STOP_CALLING = 3  # refusal level (vocabulary)


def judge(call: Call) -> Verdict:
    """ignored, acknowledged, offered or not_heard; the first that holds.

    A request repeated after it was accepted is not a new one, unless the caller then goes on selling.
    """
    line = call.line
    requests = tuple(r for r in line.of("refusal", roles=("callee",)) if (r.level or 0) >= _STOP_CALLING)
    accepted, offers = line.of("optout_ack", roles=FAR), line.of("optout_offer", roles=FAR)
    unanswered = tuple(r for r in requests if not any(line.key(a) > line.key(r) for a in accepted))
    if accepted and not any(going_on(call, r) for r in unanswered):
        unanswered = ()
    checks = _unanswered_checks(call, unanswered)
    if unanswered and all(c.held for c in checks):
        return _ignored(call, unanswered, checks)
    if accepted:
        reason = Both(
            f"A request to stop was accepted {quoted(accepted[0]).en}.", f"{quoted(accepted[0]).zh}表示不再致电。"
        )
        cues = (*accepted, *requests[:1])
        return settled(
            call, "opt_out", "acknowledged", cues=cues, reason=reason, confidence=cue_confidence(call, *accepted)
        )
    if offers:
        return _offered(call, offers, unanswered)
    if unanswered:
        return blocked(call, "opt_out", checks, cues=unanswered)
    text = spans_text((call.whole,) if call.basis == "audio" else ())
    reason = Both(
        f"No way to stop further calls was heard in {text.en}.", f"在 {text.zh} 内未听到如何停止此类来电的说明。"
    )
    return absent(call, "opt_out", "not_heard", reason=reason)


def _unanswered_checks(call: Call, unanswered: tuple[Cue, ...]) -> tuple[Check, ...]:
    if not unanswered:
        return ()
    checks = (*request_checks(call, unanswered), no_trace(call, "opt_out", call.after(unanswered[0])))
    if call.sure_who(unanswered[0]):
        return checks
    who = Check(
        "caller_known", False, Both("Who asked to stop the calls is too unsure.", "要求停止来电的是哪一方不够确定。")
    )
    return (who, *(c for c in checks if c.name != "caller_known"))


def _ignored(call: Call, requests: tuple[Cue, ...], checks: tuple[Check, ...]) -> Verdict:
    span = call.after(requests[0])
    text = spans_text((span,) if call.basis == "audio" else ())
    reason = Both(
        f"The caller was asked to stop calling {quoted(requests[0]).en}; no acceptance was heard in {text.en}.",
        f"接听人在 {quoted(requests[0]).zh}要求不再来电，在 {text.zh} 内未听到对方答应。",
    )
    return settled(
        call,
        "opt_out",
        "ignored",
        cues=requests,
        reason=reason,
        confidence=cue_confidence(call, *requests) * absence_confidence(call, span),
        checks=checks,
        span=span,
    )


def _offered(call: Call, offers: tuple[Cue, ...], unanswered: tuple[Cue, ...]) -> Verdict:
    reason = Both(
        f"A way to stop further calls was told {quoted(offers[0]).en}.", f"{quoted(offers[0]).zh}说明了如何停止来电。"
    )
    later = None
    if unanswered:
        later = Both(
            f"What became of the request {quoted(unanswered[0]).en} cannot be told.",
            f"{quoted(unanswered[0]).zh}的要求后来如何，无法判断。",
        )
    return settled(
        call,
        "opt_out",
        "offered",
        cues=(*offers, *unanswered),
        reason=join(reason, later),
        confidence=cue_confidence(call, *offers),
    )
