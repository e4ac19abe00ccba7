"""Did the caller say that it is automated, and in time?"""

from __future__ import annotations

from ...records import Both, Cue, Turn, Verdict
from ..call import Call
from ..preconditions import absence_checks, caller_known, language_supported, starts_at_beginning
from ..verdict import absent, blocked, cue_confidence, settled
from ..wording import join, quoted, spans_text

__all__ = ["judge"]


def judge(call: Call) -> Verdict:
    """contradicted, heard, heard_late or not_heard; the first that holds.

    The AI label (spoken or as a rhythm tone) counts as a disclosure: it is what the label is for.
    """
    disclosures = call.line.of("bot_disclosure", "ai_label", roles=("caller",))
    asked = call.line.of("asks_if_robot", roles=("callee",))
    denials = tuple(d for d in call.line.of("bot_denial", roles=("caller",)) if not _after_hand_over(call, d))
    sure = tuple(d for d in denials if call.sure_who(d))
    if sure:
        return _contradicted(call, sure, asked)
    if disclosures:
        return _disclosed(call, disclosures, asked)
    if denials:
        also = Both(
            f"Words denying to be a robot were heard {quoted(denials[0]).en}, but who said them is too unsure.",
            f"{quoted(denials[0]).zh}有否认是机器人的话，但说话人不够确定。",
        )
        return blocked(call, "bot_disclosure", absence_checks(call), cues=denials, also=also)
    text = spans_text((call.whole,) if call.basis == "audio" else ())
    reason = Both(
        f"The caller was not heard saying that it is automated, in {text.en}.",
        f"在 {text.zh} 内未听到主叫方说明自己是机器人、录音或人工智能。",
    )
    return absent(call, "bot_disclosure", "not_heard", reason=join(reason, _asked(asked[:1])), cues=asked)


def _contradicted(call: Call, denials: tuple[Cue, ...], asked: tuple[Cue, ...]) -> Verdict:
    question = tuple(a for a in asked if call.line.key(a) < call.line.key(denials[0]))[-1:]
    reason = Both(
        f"The caller said the opposite, that it is a person or no robot, {quoted(denials[0]).en}.",
        f"主叫方在 {quoted(denials[0]).zh}表示自己是真人或不是机器人。",
    )
    return settled(
        call,
        "bot_disclosure",
        "contradicted",
        cues=(*denials, *question),
        reason=join(_asked(question), reason),
        confidence=cue_confidence(call, *denials),
        checks=(caller_known(call), language_supported(call)),
    )


def _disclosed(call: Call, disclosures: tuple[Cue, ...], asked: tuple[Cue, ...]) -> Verdict:
    first = disclosures[0]
    before_asked = not asked or call.line.key(first) < call.line.key(asked[0])
    in_time = before_asked and _in_window(call, first)
    window = f"{call.settings.disclosure_window_ms / 1000:.0f}"
    if in_time:
        reason = Both(
            f"The caller said that it is automated {quoted(first).en}.",
            f"主叫方在 {quoted(first).zh}说明自己是自动语音。",
        )
    elif not before_asked:
        reason = Both(
            f"The caller said that it is automated only after being asked: {quoted(first).en}.",
            f"主叫方被问到后才说明自己是自动语音：{quoted(first).zh}。",
        )
    else:
        reason = Both(
            f"The caller said that it is automated only {quoted(first).en}, later than the {window} s that this tool "
            "looks at (its own measure, not a legal one).",
            f"主叫方在 {quoted(first).zh}才说明自己是自动语音，"
            f"晚于本工具观察的 {window} 秒（工具自定，并非法律规定）。",
        )
    start = starts_at_beginning(call)
    missing = not in_time and before_asked and not start.held
    lost = Both(
        f"It may have been said before: {start.detail.en[0].lower()}{start.detail.en[1:]}",
        f"此前也可能说过：{start.detail.zh}",
    )
    return settled(
        call,
        "bot_disclosure",
        "heard" if in_time else "heard_late",
        cues=(first, *(() if in_time else asked[:1]), *disclosures[1:]),
        reason=join(reason, lost if missing else None),
        confidence=cue_confidence(call, *(disclosures if in_time else (first,))) * (0.5 if missing else 1.0),
        checks=(start, caller_known(call), language_supported(call)),
    )


def _in_window(call: Call, cue: Cue) -> bool:
    """Within the window from the caller's first word; without times the order alone decides."""
    if not call.line.timed:
        return True
    return call.line.key(cue)[0] - call.line.from_first_word.start_ms <= call.settings.disclosure_window_ms


def _after_hand_over(call: Call, denial: Cue) -> bool:
    """Whether the words may be those of the person the call was handed to, whatever the role given to them."""
    hand_overs = [c for c in call.line.of("transfer_started", roles=("caller", "human")) if c.turn_id != denial.turn_id]
    before = [c for c in hand_overs if call.line.key(c) < call.line.key(denial)]
    if not before:
        return False
    robot, now = call.line.turn_of(before[0]), call.line.turn_of(denial)
    return not _same_voice(robot, now)


def _same_voice(one: Turn | None, other: Turn | None) -> bool:
    return one is not None and other is not None and one.speaker is not None and one.speaker == other.speaker


def _asked(asked: tuple[Cue, ...]) -> Both | None:
    if not asked:
        return None
    return Both(
        f"It was asked whether it is a robot {quoted(asked[0]).en}.",
        f"接听人在 {quoted(asked[0]).zh}问对方是否机器人。",
    )
