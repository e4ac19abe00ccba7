"""What must hold before the absence of words may be stated (vocabulary, "Absences need proof").

Each check answers with a name, whether it held, and a sentence in both languages; `Precondition` keeps the English.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ..records import Both, Cue, CueLabel, Obligation, Span, Turn
from ..settings import JudgeSettings
from .call import NO_SPEECH, Call, Check
from .coverage import heard_after_ms, overlap_ms, span_coverage, union
from .speech_acts import farewell_at, has_menu, is_greeting, similarity, spoken_letters
from .wording import clock, shortened, span_text

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


def starts_at_beginning(call: Call) -> Check:
    """Whether the recording starts at or before the caller's first words."""
    name = "starts_at_beginning"
    if call.starts is not None:
        held = call.starts == "complete"
        return Check(
            name,
            held,
            Both("The user says the beginning is there.", "使用者确认录音开头完整。")
            if held
            else Both("The user says the beginning is missing.", "使用者说明录音缺少开头。"),
        )
    if call.basis == "text":
        return _as_given(name)
    first = call.line.first_far
    if first is None or first.start_ms is None:
        return Check(name, False, Both("No words of the caller were made out.", "未能辨认出主叫方的话。"))
    if missing := _missing_opening(call, first, first.start_ms):
        return Check(name, False, missing)
    at = clock(first.start_ms)
    return Check(
        name,
        True,
        Both(
            f"The caller's first words come at {at}, after the start of the recording.",
            f"主叫方的第一句话在 {at}，此前录音已经开始。",
        ),
    )


def _missing_opening(call: Call, first: Turn, start_ms: int) -> Both | None:
    """Why the beginning of the caller's words may be missing, None if nothing says so."""
    soon = call.settings.late_start_ms
    if start_ms < soon:
        return Both(
            "The caller is already talking when the recording starts.",
            "录音开始时主叫方已在说话，开头部分可能缺失。",
        )
    early = [t for t in call.line.turns if t.start_ms is not None and t.start_ms < soon]
    if any(t.role == "unknown" for t in early):
        return Both(
            "Somebody, perhaps the caller, is already talking when the recording starts.",
            "录音开始时已有人在说话，可能是主叫方。",
        )
    if any(t.role == "callee" and not _is_hello(t, call.settings.greeting_ms) for t in early):
        return Both(
            "The recording starts in the middle of what the person called is saying.",
            "录音从接听人说话的中途开始，开头部分可能缺失。",
        )
    rings = union(Span(t.start_ms, t.end_ms) for t in call.line.transcript.tones)
    for gap in call.line.transcript.coverage.gaps:
        span = Span(gap.start_ms, min(gap.end_ms, start_ms))
        speech_ms = span.length_ms - overlap_ms(rings, span)
        if gap.start_ms < soon and gap.reason not in NO_SPEECH and speech_ms >= call.settings.opening_gap_ms:
            return Both(
                "The recording starts with speech that could not be made out.",
                "录音开头有未能听清的说话声。",
            )
    if not early and start_ms < 2 * soon and first.text[:1].islower():
        return Both("The caller's first sentence is cut off.", "主叫方的第一句话不完整，开头部分可能缺失。")
    return None


def _is_hello(turn: Turn, greeting_ms: int) -> bool:
    length = (turn.end_ms or 0) - (turn.start_ms or 0)
    return length <= greeting_ms or is_greeting(turn.text)


def caller_known(call: Call) -> Check:
    """Whether it is known who of the speakers is the caller."""
    name = "caller_known"
    far = call.line.far_turns
    if not far:
        return Check(name, False, Both("It is not known which speaker is the caller.", "无法确定哪一方是主叫方。"))
    if call.basis == "text":
        return _as_given(name)
    weight = sum(_length(t) for t in far)
    sure = sum(_length(t) * t.role_confidence for t in far) / weight
    unknown = sum(_length(t) for t in call.line.turns if t.role == "unknown")
    share = unknown / sum(_length(t) for t in call.line.turns)
    needed = call.settings.min_role_confidence
    if sure < needed:
        return Check(
            name,
            False,
            Both(
                f"Which speaker is the caller is too unsure ({sure:.2f}; {needed:.2f} needed).",
                f"哪一方是主叫方不够确定（{sure:.2f}，需达到 {needed:.2f}）。",
            ),
        )
    if share > call.settings.max_unknown_share:
        return Check(
            name,
            False,
            Both(
                f"{share:.0%} of the speech could not be given to either side.",
                f"有 {share:.0%} 的说话声无法判断是哪一方。",
            ),
        )
    return Check(name, True, Both(f"Who is the caller is known ({sure:.2f}).", f"已确定主叫方（{sure:.2f}）。"))


def coverage(call: Call, span: Span) -> Check:
    """Whether enough of the span was heard with confidence."""
    name = "coverage"
    if call.basis == "text":
        return _as_given(name)
    ratio = span_coverage(call.line.transcript, span)
    if ratio is None:
        return Check(name, False, Both("How much of the speech was heard is not known.", "无法得知听清了多少。"))
    needed = call.settings.min_coverage
    gaps = union(Span(g.start_ms, g.end_ms) for g in call.line.transcript.coverage.gaps)
    longest = max(gaps, key=lambda g: overlap_ms([g], span), default=Span(0, 0))
    if overlap_ms([longest], span) >= call.settings.max_gap_ms:
        return Check(
            name,
            False,
            Both(
                f"What was said in {span_text(longest)} could not be made out; it may hold the statement looked for.",
                f"{span_text(longest)} 的说话声未能听清，所查找的内容可能就在其中。",
            ),
        )
    return Check(
        name,
        ratio >= needed,
        Both(
            f"{_percent(ratio)} of the speech in {span_text(span)} was heard with confidence ({needed:.0%} needed).",
            f"{span_text(span)} 内的说话声有 {_percent(ratio)} 被可靠听清（需达到 {needed:.0%}）。",
        ),
    )


def not_hung_up_at_once(call: Call) -> Check:
    """Whether the caller had a fair chance to say what is missing."""
    name = "not_hung_up_at_once"
    if call.basis == "text":
        return _as_given(name)
    first = call.line.first_far
    gaps = [g.end_ms for g in call.line.transcript.coverage.gaps]
    last = max([*(t.end_ms or 0 for t in call.line.turns), *gaps], default=0)
    lasted = last - (first.start_ms or 0) if first else 0
    seconds = f"{lasted / 1000:.0f}"
    if lasted >= call.settings.hung_up_at_once_ms:
        return Check(
            name,
            True,
            Both(
                f"The call went on for {seconds} s after the caller's first word.",
                f"主叫方开口后通话持续 {seconds} 秒。",
            ),
        )
    if why := _message_ended(call):
        return Check(name, True, why)
    return Check(
        name,
        False,
        Both(
            f"The call ended {seconds} s after the caller's first word, before the caller had finished.",
            f"主叫方开口后仅 {seconds} 秒通话即结束，对方尚未说完。",
        ),
    )


def _message_ended(call: Call) -> Both | None:
    """What shows that a short call was complete: a farewell, a repeat, or a menu read out to its end."""
    far = call.line.far_turns
    if any(farewell_at(t.text) is not None for t in far[-2:]):
        return Both("The call was short, but the caller said goodbye.", "通话虽短，但主叫方已道别。")
    for i, turn in enumerate(far):
        if any(repeats(turn, earlier, call.settings) for earlier in far[:i]):
            return Both("The call was short, but the message was repeated.", "通话虽短，但语音内容已重复播放。")
    for turn in far:
        finished = turn is not call.line.turns[-1] or turn.text.rstrip().endswith((".", "。", "!", "！"))
        if has_menu(turn.text) and finished:
            return Both("The call was short, but the menu was read to its end.", "通话虽短，但按键菜单已播放完毕。")
    return None


def repeats(turn: Turn, earlier: Turn, settings: JudgeSettings) -> bool:
    """Whether a turn says again what an earlier one said."""
    letters = min(len(spoken_letters(turn.text)), len(spoken_letters(earlier.text)))
    return letters >= settings.repeat_min_chars and similarity(turn.text, earlier.text) >= settings.repeat_similarity


def language_supported(call: Call) -> Check:
    """Whether cues can be found in the call's language at all."""
    name = "language_supported"
    language = call.line.transcript.language
    if language is None:
        if call.basis == "text":
            return _as_given(name)
        return Check(name, False, Both("No language could be made out.", "未能识别语言。"))
    if language.split("-")[0] in call.supported:
        return Check(name, True, Both(f"The language ({language}) is supported.", f"支持该语言（{language}）。"))
    listed = ", ".join(call.supported)
    return Check(
        name,
        False,
        Both(
            f"The language ({language}) is not among those supported ({listed}).",
            f"尚不支持该语言（{language}），支持：{listed}。",
        ),
    )


def no_trace(call: Call, obligation: Obligation, span: Span) -> Check:
    """Whether nothing in the span sounds like the statement that is missing."""
    name = "no_trace"
    if call.basis == "text":
        return _as_given(name)
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


def opening_heard(call: Call) -> Check:
    """Whether the caller's first words are clear enough to miss a name in: names are what recognisers garble first."""
    name = "opening_heard"
    if call.basis == "text":
        return _as_given(name)
    start = call.line.from_first_word.start_ms
    words = [
        word
        for turn in call.line.far_turns
        for word in turn.words
        if start <= word.start_ms < start + call.settings.opening_ms
    ]
    needed = call.settings.min_opening_confidence
    sure = sum(word.confidence for word in words) / len(words) if words else 1.0
    return Check(
        name,
        sure >= needed,
        Both(
            f"The caller's opening was made out with a confidence of {sure:.2f} ({needed:.2f} needed to miss a name).",
            f"主叫方开场白的识别置信度为 {sure:.2f}（判断未报名称需达到 {needed:.2f}）。",
        ),
    )


def followed_after_request(call: Call, requests: Sequence[Cue]) -> Check:
    """Whether the caller's side had a chance to answer at least one of the requests."""
    name = "followed_after_request"
    line = call.line
    seconds = f"{call.settings.heard_after_request_ms / 1000:.0f}"
    if not line.timed and len(line.turns) <= 1:
        return _as_given(name)
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


def _percent(share: float) -> str:
    """Rounded down to a tenth of a percent, so that what just fails does not look as if it held."""
    return f"{int(share * 1000) / 10:.1f}%"


def _length(turn: Turn) -> int:
    return max(1, (turn.end_ms or 0) - (turn.start_ms or 0))


def _as_given(name: str) -> Check:
    return Check(name, True, Both("Taken as given in the text supplied.", "以所提供的文字为准。"))
