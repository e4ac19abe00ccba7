"""Building a verdict: its reason, what it cites, and how its confidence comes about.

Confidence, 0-1, rounded to three places:
- a verdict that a cue settles: the best of its cues, cue confidence times the confidence of who said it;
- an absence: the confidence of who the caller is, times the coverage of the examined span;
- a request without an answer: the product of the two (the request was made, and nothing answered it);
- `not_applicable` rests on an absence too; `cannot_tell` claims nothing and has confidence 0.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..records import Both, Cue, Obligation, Span, Turn, Verdict, VerdictWord
from .call import Call, Check
from .coverage import span_coverage
from .preconditions import absence_checks, no_trace, opening_heard
from .wording import join

__all__ = ["absence_confidence", "absent", "blocked", "cue_confidence", "settled"]


def settled(
    call: Call,
    obligation: Obligation,
    word: VerdictWord,
    *,
    cues: Sequence[Cue],
    reason: Both,
    confidence: float,
    turns: Sequence[Turn] = (),
    checks: Sequence[Check] = (),
    span: Span | None = None,
) -> Verdict:
    """A verdict that holds. cues: the main one first. span: what was examined, ms (the whole call if None)."""
    examined = span or call.whole
    seen = (span_coverage(call.line.transcript, examined) or 0.0) if call.basis == "audio" else 1.0
    cited = [*(c.turn_id for c in cues if call.line.turn_of(c)), *(t.id for t in turns)]
    return Verdict(
        obligation=obligation,
        verdict=word,
        confidence=round(min(1.0, max(0.0, confidence)), 3),
        cue_ids=tuple(dict.fromkeys(c.id for c in cues)),
        turn_ids=tuple(dict.fromkeys(cited)),
        finding_ids=(),
        basis=call.basis,
        examined=(examined,) if call.basis == "audio" else (),
        coverage=round(seen, 3),
        preconditions=tuple(c.record for c in checks),
        reason=reason,
    )


def blocked(
    call: Call,
    obligation: Obligation,
    checks: Sequence[Check],
    *,
    cues: Sequence[Cue] = (),
    span: Span | None = None,
    also: Both | None = None,
) -> Verdict:
    """`cannot_tell`, saying which preconditions failed. also: a further reason, first."""
    failed = [c.detail for c in checks if not c.held]
    reason = join(Both("Cannot be told.", "无法判断。"), also, *failed)
    return settled(call, obligation, "cannot_tell", cues=cues, reason=reason, confidence=0.0, checks=checks, span=span)


def absent(call: Call, obligation: Obligation, word: VerdictWord, *, reason: Both, cues: Sequence[Cue] = ()) -> Verdict:
    """`not_heard` or `gap` where every precondition holds, else `cannot_tell`."""
    checks = (*absence_checks(call), no_trace(call, obligation, call.whole))
    if obligation == "caller_identity":
        checks = (*checks, opening_heard(call))
    if not all(c.held for c in checks):
        return blocked(call, obligation, checks, cues=cues)
    confidence = absence_confidence(call, call.whole)
    return settled(call, obligation, word, cues=cues, reason=reason, confidence=confidence, checks=checks)


def cue_confidence(call: Call, *cues: Cue) -> float:
    """The best of the cues: how sure the cue is times how sure it is who said it."""
    return max((c.confidence * call.line.role_confidence(c) for c in cues), default=0.0)


def absence_confidence(call: Call, span: Span) -> float:
    """How far silence in the span can be relied on."""
    if call.basis == "text":
        return 1.0
    far = call.line.far_turns
    lengths = [max(1, (t.end_ms or 0) - (t.start_ms or 0)) for t in far]
    who = sum(n * t.role_confidence for n, t in zip(lengths, far, strict=True)) / sum(lengths) if far else 0.0
    return who * (span_coverage(call.line.transcript, span) or 0.0)
