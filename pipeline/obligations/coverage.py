"""How much of the speech in a span was turned into text one can rely on."""

from __future__ import annotations

from collections.abc import Iterable

from ..records import Span, Transcript

__all__ = ["heard_after_ms", "overlap_ms", "span_coverage", "union"]


def span_coverage(transcript: Transcript, span: Span) -> float | None:
    """Share (0-1) of the speech in the span that has confident text; None where coverage was never measured.

    Speech is what the turns and the coverage gaps together occupy; not covered are the gaps. A
    span without speech has nothing left uncovered: 1.0.
    """
    if transcript.coverage.speech_ms <= 0:
        return None
    gaps = [Span(g.start_ms, g.end_ms) for g in transcript.coverage.gaps]
    turns = [Span(t.start_ms, t.end_ms) for t in transcript.turns if t.start_ms is not None and t.end_ms is not None]
    speech = overlap_ms(union([*turns, *gaps]), span)
    if speech == 0:
        return 1.0
    return max(0.0, 1.0 - overlap_ms(union(gaps), span) / speech)


def heard_after_ms(transcript: Transcript, start_ms: int, end_ms: int) -> int:
    """Sound heard in [start_ms, end_ms): speech with or without text, and tones; ms."""
    sound = [Span(t.start_ms, t.end_ms) for t in transcript.turns if t.start_ms is not None and t.end_ms is not None]
    sound += [Span(g.start_ms, g.end_ms) for g in transcript.coverage.gaps]
    sound += [Span(t.start_ms, t.end_ms) for t in transcript.tones]
    return overlap_ms(union(sound), Span(start_ms, end_ms))


def union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans joined where they touch or overlap, in order."""
    joined: list[Span] = []
    for span in sorted((s for s in spans if s.length_ms > 0), key=lambda s: s.start_ms):
        if joined and span.start_ms <= joined[-1].end_ms:
            joined[-1] = Span(joined[-1].start_ms, max(joined[-1].end_ms, span.end_ms))
        else:
            joined.append(span)
    return tuple(joined)


def overlap_ms(spans: Iterable[Span], within: Span) -> int:
    """Total length of disjoint spans inside another, ms."""
    return sum(Span(max(s.start_ms, within.start_ms), min(s.end_ms, within.end_ms)).length_ms for s in spans)
