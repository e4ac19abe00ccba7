"""What is decoded together: stretches of one speaker on one channel, short enough for the recogniser's 30 s window.

Cutting where the speaker changes, instead of filling 30 s windows, keeps a short answer inside a robot's monologue from
being skipped and gives every word to one speaker; docs/accuracy.md has the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.records import Span, Tone

from .diarize import SpeakerSpan
from .voice import intersect, merge, subtract, total_ms

MAX_CHUNK_MS = 24_000  # the recogniser hears 30 s; room for the padding
_JOIN_GAP_MS = 600  # a pause inside one speaker's chunk
_MIN_CHUNK_MS = 200  # shorter is a click or a breath
_MIN_STRAY_MS = 350  # speech only the second detector hears
_TONE_SHARE = 0.6  # of a chunk under tones
_NEAR_MS = 250  # edges of the two detectors differ by about this much


@dataclass(frozen=True)
class Chunk:
    """One stretch to decode. speaker: None where the diarizer heard nobody but the voice detector did."""

    start_ms: int
    end_ms: int
    speaker: str | None
    channel: int = 0


def chunks_by_speaker(spans: Sequence[SpeakerSpan], voice: Sequence[Span]) -> tuple[Chunk, ...]:
    """Mono: the diarizer's spans, and what only the other detector heard."""
    joined: list[Chunk] = []
    for span in sorted(spans, key=lambda span: span.start_ms):
        last = joined[-1] if joined else None
        if (
            last
            and last.speaker == span.speaker
            and span.start_ms - last.end_ms <= _JOIN_GAP_MS
            and span.end_ms - last.start_ms <= MAX_CHUNK_MS
        ):
            joined[-1] = Chunk(last.start_ms, max(last.end_ms, span.end_ms), span.speaker)
        else:
            joined.append(Chunk(span.start_ms, span.end_ms, span.speaker))
    near = merge(Span(chunk.start_ms - _NEAR_MS, chunk.end_ms + _NEAR_MS) for chunk in joined)
    stray = [
        Chunk(span.start_ms, span.end_ms, None) for span in subtract(voice, near) if span.length_ms >= _MIN_STRAY_MS
    ]
    return _cut(joined + stray)


def chunks_by_channel(voice: Sequence[Span], channel: int) -> tuple[Chunk, ...]:
    """Dual-channel: one side a channel, cut at pauses. The speaker is named after the channel."""
    spans = [SpeakerSpan(f"channel-{channel}", span.start_ms, span.end_ms) for span in voice]
    return tuple(Chunk(chunk.start_ms, chunk.end_ms, chunk.speaker, channel) for chunk in chunks_by_speaker(spans, ()))


def without_tones(chunks: Sequence[Chunk], tones: Sequence[Tone]) -> list[Chunk]:
    """Chunks that are not mostly a signal tone: the recogniser makes words of a key press or a ring."""
    signals = merge(Span(tone.start_ms, tone.end_ms) for tone in tones)
    return [
        chunk
        for chunk in chunks
        if total_ms(intersect([Span(chunk.start_ms, chunk.end_ms)], signals))
        < _TONE_SHARE * (chunk.end_ms - chunk.start_ms)
    ]


def _cut(chunks: Sequence[Chunk]) -> tuple[Chunk, ...]:
    """No chunk longer than MAX_CHUNK_MS, none shorter than a click; time order."""
    short: list[Chunk] = []
    for chunk in chunks:
        start = chunk.start_ms
        while chunk.end_ms - start > MAX_CHUNK_MS:
            short.append(Chunk(start, start + MAX_CHUNK_MS, chunk.speaker, chunk.channel))
            start += MAX_CHUNK_MS
        short.append(Chunk(start, chunk.end_ms, chunk.speaker, chunk.channel))
    return tuple(
        sorted(
            (chunk for chunk in short if chunk.end_ms - chunk.start_ms >= _MIN_CHUNK_MS),
            key=lambda chunk: (chunk.start_ms, chunk.channel),
        )
    )
