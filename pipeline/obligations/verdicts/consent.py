"""Did the caller ask before selling, and did it stop when told no?"""

from __future__ import annotations

from collections.abc import Sequence

from ...records import Both, Cue, Verdict
from ..call import Call
from ..coverage import span_coverage
from ..going_on import GoingOn, going_on
from ..preconditions import caller_known, coverage, language_supported
from ..timeline import FAR
from ..verdict import absence_confidence, absent, blocked, cue_confidence, settled
from ..wording import clock, quoted, shortened, spans_text

__all__ = ["judge"]

_NOT_INTERESTED = 2  # refusal level (vocabulary)


def judge(call: Call) -> Verdict:
    """continued_after_refusal, not_applicable, obtained, claimed or gap; the first that holds."""
    line = call.line
    for refusal in line.of("refusal", roles=("callee",)):
        if (refusal.level or 0) < _NOT_INTERESTED or not call.sure_who(refusal):
            continue
        after = going_on(call, refusal)
        if after is not None and call.sure_turn(after.turn):
            return _continued(call, refusal, after)
    pitches = line.of("marketing_pitch", roles=FAR)
    if not pitches:
        return _no_pitch(call)
    given = _obtained(call, pitches)
    if given is not None:
        request, answer = given
        reason = Both(
            f"Permission was asked {quoted(request).en} and given {quoted(answer).en}, before the sales talk.",
            f"推销之前，主叫方在 {quoted(request).zh}征求同意，接听人在 {quoted(answer).zh}表示同意。",
        )
        confidence = min(cue_confidence(call, request), cue_confidence(call, answer))
        return settled(call, "consent", "obtained", cues=given, reason=reason, confidence=confidence)
    claims = line.of("consent_claim", roles=FAR)
    if claims:
        reason = Both(
            f"The caller asserted an earlier consent, sign-up or enquiry {quoted(claims[0]).en}; "
            "whether there was one cannot be heard.",
            f"主叫方在 {quoted(claims[0]).zh}称此前已同意、注册或咨询；是否属实，录音无法显示。",
        )
        return settled(call, "consent", "claimed", cues=claims, reason=reason, confidence=cue_confidence(call, *claims))
    text = spans_text((call.whole,) if call.basis == "audio" else ())
    reason = Both(
        f"The call contains a sales talk {quoted(pitches[0]).en}. Nothing about when or how consent to the call "
        f"was given was heard in {text.en}. It may have been given before the call.",
        f"通话含推销内容，{quoted(pitches[0]).zh}。"
        f"在 {text.zh} 内未听到何时、如何取得同意的说明。同意可能在通话前取得。",
    )
    return absent(call, "consent", "gap", reason=reason, cues=pitches)


def _continued(call: Call, refusal: Cue, after: GoingOn) -> Verdict:
    if after.cue is not None:
        then = quoted(after.cue)
    else:
        at, words = after.turn.start_ms, shortened(after.turn.text[after.offset :])
        then = (
            Both(f"at {clock(at)} (“{words}”)", f"{clock(at)} 处（“{words}”）")
            if at is not None
            else Both(f"(“{words}”)", f"（“{words}”）")
        )
    reason = Both(
        f"After a refusal {quoted(refusal).en} the caller went on {then.en}.",
        f"接听人在 {quoted(refusal).zh}拒绝后，主叫方继续：{then.zh}。",
    )
    strength = (
        cue_confidence(call, after.cue) if after.cue else (after.turn.role_confidence if call.line.timed else 1.0)
    )
    return settled(
        call,
        "consent",
        "continued_after_refusal",
        cues=(refusal, *((after.cue,) if after.cue else ())),
        turns=(after.turn,),
        reason=reason,
        confidence=cue_confidence(call, refusal) * strength,
        checks=(caller_known(call), language_supported(call)),
    )


def _no_pitch(call: Call) -> Verdict:
    """`not_applicable` accuses nobody, so it needs less than an absence does."""
    seen = coverage(call, call.whole)
    checks = (caller_known(call), language_supported(call))
    heard = span_coverage(call.line.transcript, call.whole) or 0.0
    enough = call.basis == "text" or heard >= call.settings.min_coverage_not_applicable
    if not enough or not all(c.held for c in checks):
        return blocked(call, "consent", (*checks, *(() if enough else (seen,))))
    reason = Both("Does not apply: no sales talk was heard in the call.", "不适用：通话中未听到推销内容。")
    return settled(
        call, "consent", "not_applicable", cues=(), reason=reason, confidence=absence_confidence(call, call.whole)
    )


def _obtained(call: Call, pitches: Sequence[Cue]) -> tuple[Cue, Cue] | None:
    """A request for permission and the answer to it, before or at the first pitch.

    "At": a turn that says what the call is for and asks leave to go on has waited, if nothing more is sold before the
    answer.
    """
    line = call.line
    turn_of = {turn.id: number for number, turn in enumerate(line.turns)}
    for request in line.of("consent_request", roles=FAR):
        asked = turn_of[request.turn_id]
        for answer in line.of("consent_given", roles=("callee",)):
            answered = turn_of[answer.turn_id]
            sold = [turn_of[pitch.turn_id] for pitch in pitches if turn_of[pitch.turn_id] < answered]
            if asked < answered and all(turn == asked for turn in sold):
                return request, answer
    return None
