"""Times, spans and quotes as a person reads them, in English and Chinese."""

from __future__ import annotations

from collections.abc import Sequence

from ..records import Both, Cue, Span

__all__ = ["clock", "join", "quoted", "shortened", "span_text", "spans_text", "where"]

_LONGEST_QUOTE = 90  # characters of a quote shown in a sentence; the whole is in the cue


def clock(ms: int) -> str:
    """mm:ss.s on the recording's clock, cut, not rounded: 72_390 -> "01:12.3"."""
    tenths = max(0, ms) // 100
    return f"{tenths // 600:02d}:{tenths % 600 // 10:02d}.{tenths % 10}"


def span_text(span: Span) -> str:
    return f"{clock(span.start_ms)}–{clock(span.end_ms)}"


def spans_text(spans: Sequence[Span]) -> Both:
    """The examined spans, or what stands for them in a text without times."""
    if not spans:
        return Both("the text supplied", "所提供的文字")
    return Both(", ".join(span_text(s) for s in spans), "、".join(span_text(s) for s in spans))


def shortened(text: str) -> str:
    text = text.strip()
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1].rstrip() + "…"


def where(cue: Cue) -> Both:
    """When a cue was said: "at 00:12.3", or that it stands in the text."""
    if cue.start_ms is None:
        return Both("in the text", "文字中")
    return Both(f"at {clock(cue.start_ms)}", f"{clock(cue.start_ms)} 处")


def quoted(cue: Cue) -> Both:
    """Time and verbatim words: at 00:12.3 ("…")."""
    at, words = where(cue), shortened(cue.quote)
    if not words:
        return at
    return Both(f"{at.en} (“{words}”)", f"{at.zh}（“{words}”）")


def join(*sentences: Both | None) -> Both:
    """Sentences one after another; None is left out."""
    kept = [s for s in sentences if s is not None and s.en]
    return Both(" ".join(s.en for s in kept), "".join(s.zh for s in kept))
