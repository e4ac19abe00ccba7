"""Decoded chunks -> turns, and how much of the speech they cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.records import Coverage, Gap, Span, Tone, Turn, Word

from .recognise import Heard
from .voice import intersect, merge, subtract, total_ms

_RUN = 5  # words over which confidence is averaged: one bad character is not a gap
_EDGE_MS = 250  # the detectors' edges differ by about this much
_MIN_GAP_MS = 400  # shorter doubtful stretches are not listed


def make_pieces(heard: Sequence[Heard]) -> tuple[Turn, ...]:
    """One turn a chunk that has text, roles still unknown. heard: in time order."""
    return tuple(
        _turn(f"p{number}", text.chunk.speaker, text.chunk.start_ms, text.chunk.end_ms, text.words)
        for number, text in enumerate(heard, 1)
        if text.words
    )


def join_pieces(pieces: Sequence[Turn], *, gap_ms: int) -> tuple[Turn, ...]:
    """Neighbouring pieces of one role and speaker joined over pauses up to gap_ms. pieces: in time order."""
    turns: list[Turn] = []
    for piece in pieces:
        last = turns[-1] if turns else None
        if (
            last
            and (last.role, last.speaker) == (piece.role, piece.speaker)
            and (piece.start_ms or 0) - (last.end_ms or 0) <= gap_ms
        ):
            turns[-1] = _joined(last, piece)
        else:
            turns.append(piece)
    return tuple(replace(turn, id=f"t{number}") for number, turn in enumerate(turns, 1))


def _joined(turn: Turn, more: Turn) -> Turn:
    words = list(more.words)
    if not words[0].text.startswith(" "):
        words[0] = replace(words[0], text=" " + words[0].text)
    start, end = turn.start_ms or 0, max(turn.end_ms or 0, more.end_ms or 0)
    whole = _turn(turn.id, turn.speaker, start, end, (*turn.words, *words))
    confidence = min(turn.role_confidence, more.role_confidence)
    return replace(whole, role=turn.role, role_confidence=confidence)


def _turn(name: str, speaker: str | None, start_ms: int, end_ms: int, words: Sequence[Word]) -> Turn:
    confidence = sum(word.confidence for word in words) / len(words)
    text = "".join(word.text for word in words).strip()
    return Turn(name, "unknown", 0.0, speaker, start_ms, end_ms, text, round(confidence, 3), tuple(words))


def measure_coverage(
    heard: Sequence[Heard],
    voice: Sequence[Sequence[Span]],
    speech: Sequence[Sequence[Span]],
    *,
    tones: Sequence[Tone],
    word_confidence: float,
    masked: Sequence[Gap] = (),
) -> Coverage:
    """Speech that either detector found against confident text, per channel and summed.

    voice, speech: the two detectors' spans for each channel. A chunk without text, a run of words whose mean confidence
    is under word_confidence, and speech in no chunk are gaps; signal tones are no speech. What only one detector hears
    counts too: an absence must not rest on a stretch that one of them took for speech and nobody read.
    masked: stretches in which speech could not have been heard; they count as speech without text.
    """
    signals = merge(Span(tone.start_ms, tone.end_ms) for tone in tones)
    gaps: list[Gap] = list(masked)
    spoken = total_ms(merge(Span(gap.start_ms, gap.end_ms) for gap in masked))
    covered = 0
    for channel, (one, other) in enumerate(zip(voice, speech, strict=True)):
        spoken_here = subtract(merge((*one, *other)), signals)
        here = [text for text in heard if text.chunk.channel == channel]
        doubtful = [gap for text in here for gap in doubtful_runs(text, word_confidence)]
        near = merge(Span(text.chunk.start_ms - _EDGE_MS, text.chunk.end_ms + _EDGE_MS) for text in here)
        doubtful += [Gap(span.start_ms, span.end_ms, "no_text") for span in subtract(spoken_here, near)]
        lost = intersect(spoken_here, merge(Span(gap.start_ms, gap.end_ms) for gap in doubtful))
        spoken += total_ms(spoken_here)
        covered += total_ms(spoken_here) - total_ms(lost)
        gaps += [gap for gap in doubtful if gap.end_ms - gap.start_ms >= _MIN_GAP_MS]
    ratio = covered / spoken if spoken else 0.0
    ordered = sorted(gaps, key=lambda gap: (gap.start_ms, gap.end_ms, gap.reason))
    return Coverage(spoken, covered, round(ratio, 4), tuple(ordered))


def doubtful_runs(heard: Heard, word_confidence: float) -> list[Gap]:
    """Stretches of a chunk that were not heard with confidence."""
    chunk, words = heard.chunk, heard.words
    if not words:
        return [Gap(chunk.start_ms, chunk.end_ms, "no_text")]
    for reason in ("hallucination", "repeated", "too_little_text"):
        if reason in heard.doubts:
            return [Gap(chunk.start_ms, chunk.end_ms, reason)]
    gaps: list[Gap] = []
    for i in range(len(words)):
        around = words[max(0, i - _RUN // 2) : i + _RUN // 2 + 1]
        if sum(word.confidence for word in around) / len(around) >= word_confidence:
            continue
        start = words[i].start_ms if i else chunk.start_ms
        end = words[i + 1].start_ms if i + 1 < len(words) else chunk.end_ms
        if gaps and start <= gaps[-1].end_ms + 50:
            gaps[-1] = Gap(gaps[-1].start_ms, max(end, gaps[-1].end_ms), "low_confidence")
        else:
            gaps.append(Gap(start, end, "low_confidence"))
    return gaps
