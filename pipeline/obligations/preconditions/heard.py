"""Whether what was said could be made out."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from ...records import Both, Gap, Span
from ..call import Call, Check
from ..coverage import overlap_ms, span_coverage, union
from ..wording import span_text
from .shared import as_given, percent

__all__ = ["coverage"]


def coverage(call: Call, span: Span) -> Check:
    """Whether enough of the span was heard with confidence."""
    name = "coverage"
    if call.basis == "text":
        return as_given(name)
    ratio = span_coverage(call.line.transcript, span)
    if ratio is None:
        return Check(name, False, Both("How much of the speech was heard is not known.", "无法得知听清了多少。"))
    if lost := _lost(call, span):
        return Check(name, False, lost)
    needed = call.settings.min_coverage
    return Check(
        name,
        ratio >= needed,
        Both(
            f"{percent(ratio)} of the speech in {span_text(span)} was heard with confidence ({needed:.0%} needed).",
            f"{span_text(span)} 内的说话声有 {percent(ratio)} 被可靠听清（需达到 {needed:.0%}）。",
        ),
    )


def _lost(call: Call, span: Span) -> Both | None:
    """The longest unheard stretch in which a whole statement may hide, in words; None where there is none."""
    settings = call.settings
    gaps = call.line.transcript.coverage.gaps
    for reason, limit_ms in (("dropout", settings.max_dropout_ms), ("noise", settings.max_noise_ms)):
        found = _longest([g for g in gaps if g.reason == reason], span)
        if overlap_ms([found], span) >= limit_ms:
            return _WORDS[reason](span_text(found))
    found = _longest(gaps, span)
    if overlap_ms([found], span) >= settings.max_gap_ms:
        return _unheard(span_text(found))
    return None


def _longest(gaps: Iterable[Gap], span: Span) -> Span:
    joined = union(Span(gap.start_ms, gap.end_ms) for gap in gaps)
    return max(joined, key=lambda gap: overlap_ms([gap], span), default=Span(0, 0))


def _unheard(at: str) -> Both:
    return Both(
        f"What was said in {at} could not be made out; it may hold the statement looked for.",
        f"{at} 的说话声未能听清，所查找的内容可能就在其中。",
    )


def _dropped(at: str) -> Both:
    return Both(
        f"The sound drops out in {at}; the statement looked for may have been said there.",
        f"{at} 声音中断，所查找的内容可能就在其中。",
    )


def _drowned(at: str) -> Both:
    return Both(
        f"Noise covers {at}; the statement looked for may have been said there.",
        f"{at} 被噪声盖住，所查找的内容可能就在其中。",
    )


_WORDS = MappingProxyType({"dropout": _dropped, "noise": _drowned})
