"""Could the person called reach a person?"""

from __future__ import annotations

from ...records import Both, Cue, Turn, Verdict
from ..call import Call, Check
from ..preconditions import no_trace, request_checks
from ..timeline import FAR
from ..verdict import absence_confidence, absent, blocked, cue_confidence, settled
from ..wording import clock, join, quoted, spans_text

__all__ = ["judge"]


def judge(call: Call) -> Verdict:
    """provided, asked_not_provided, offered or not_heard; the first that holds.

    A request that cannot be proved to have gone unanswered does not undo an offer that was heard.
    """
    line = call.line
    asked = tuple(a for a in line.of("asks_human", roles=("callee",)) if not line.said_to_human(a))
    transfers, offers = line.of("transfer_started", roles=FAR), line.of("human_offer", roles=FAR)
    last = line.key(asked[-1]) if asked else (-1, -1)
    done = tuple(t for t in transfers if line.key(t) > last)
    persons = tuple(t for t in line.far_turns if t.role == "human" and call.sure_turn(t) and line.turn_key(t) > last)
    if done or persons:
        return _provided(call, done, persons, asked)
    answers = (*transfers, *offers)
    unanswered = tuple(a for a in asked if not any(line.key(b) > line.key(a) for b in answers))
    checks = _unanswered_checks(call, unanswered)
    if unanswered and all(c.held for c in checks):
        return _not_provided(call, unanswered, checks)
    if offers:
        return _offered(call, offers, unanswered)
    if unanswered:
        return blocked(call, "human_transfer", checks, cues=unanswered)
    text = spans_text((call.whole,) if call.basis == "audio" else ())
    reason = Both(
        f"No way to reach a person was heard in {text.en}; nobody asked for one.",
        f"在 {text.zh} 内未听到如何转接人工；接听人也未要求人工。",
    )
    return absent(call, "human_transfer", "not_heard", reason=reason)


def _provided(call: Call, done: tuple[Cue, ...], persons: tuple[Turn, ...], asked: tuple[Cue, ...]) -> Verdict:
    if done:
        reason = Both(f"A hand-over to a person was heard {quoted(done[0]).en}.", f"{quoted(done[0]).zh}开始转接人工。")
        confidence = cue_confidence(call, *done)
    else:
        at = clock(persons[0].start_ms) if persons[0].start_ms is not None else None
        reason = Both(
            f"Another person on the caller's side speaks{f' from {at}' if at else ''}.",
            f"{f'自 {at} 起' if at else ''}对方有人工接听。",
        )
        confidence = max(p.role_confidence for p in persons)
    cues = (*done, *asked[-1:])
    return settled(
        call, "human_transfer", "provided", cues=cues, turns=persons[:1], reason=reason, confidence=confidence
    )


def _unanswered_checks(call: Call, unanswered: tuple[Cue, ...]) -> tuple[Check, ...]:
    if not unanswered:
        return ()
    who = Check(
        "caller_known",
        call.sure_who(unanswered[0]),
        Both("Who asked for a person is too unsure.", "要求人工的是哪一方不够确定。"),
    )
    checks = (*request_checks(call, unanswered), no_trace(call, "human_transfer", call.after(unanswered[0])))
    return checks if who.held else (who, *(c for c in checks if c.name != "caller_known"))


def _not_provided(call: Call, asked: tuple[Cue, ...], checks: tuple[Check, ...]) -> Verdict:
    line = call.line
    refusals = tuple(r for r in line.of("human_refusal", roles=FAR) if line.key(r) > line.key(asked[0]))
    end = clock(line.end_ms) if call.basis == "audio" else None
    reason = Both(
        f"A person was asked for {quoted(asked[0]).en}; no hand-over and no way to reach one was heard after that"
        + (f", to the end of the call ({end})." if end else "."),
        f"接听人在 {quoted(asked[0]).zh}要求人工，此后"
        + (f"至通话结束（{end}）" if end else "")
        + "未听到转接或其他人工渠道。",
    )
    told = None
    if refusals:
        told = Both(f"The answer was {quoted(refusals[0]).en}.", f"对方的答复：{quoted(refusals[0]).zh}。")
    return settled(
        call,
        "human_transfer",
        "asked_not_provided",
        cues=(*asked, *refusals),
        reason=join(reason, told),
        confidence=cue_confidence(call, *asked) * absence_confidence(call, call.after(asked[0])),
        checks=checks,
        span=call.after(asked[0]),
    )


def _offered(call: Call, offers: tuple[Cue, ...], unanswered: tuple[Cue, ...]) -> Verdict:
    reason = Both(
        f"A way to reach a person was offered {quoted(offers[0]).en}.", f"{quoted(offers[0]).zh}说明了如何转接人工。"
    )
    later = None
    if unanswered:
        later = Both(
            f"What became of the request {quoted(unanswered[0]).en} cannot be told.",
            f"{quoted(unanswered[0]).zh}的要求后来如何，无法判断。",
        )
    return settled(
        call,
        "human_transfer",
        "offered",
        cues=(*offers, *unanswered),
        reason=join(reason, later),
        confidence=cue_confidence(call, *offers),
    )
