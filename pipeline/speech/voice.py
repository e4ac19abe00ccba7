"""Where anybody speaks: the first of two detectors (Silero, shipped with faster-whisper), and arithmetic on spans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from pipeline.records import Span

_SILERO_RATE_HZ = 16_000


def find_voice(samples: npt.NDArray[np.float32]) -> tuple[Span, ...]:
    """Speech by Silero VAD. samples: mono float32 (n,) at 16 kHz."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(threshold=0.5, min_speech_duration_ms=150, min_silence_duration_ms=250, speech_pad_ms=60)
    found = get_speech_timestamps(samples, options)
    per_ms = _SILERO_RATE_HZ // 1000
    return tuple(Span(stretch["start"] // per_ms, stretch["end"] // per_ms) for stretch in found)


def merge(spans: Iterable[Span], *, gap_ms: int = 0) -> tuple[Span, ...]:
    """Union of spans, joined over pauses of up to gap_ms."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start_ms):
        if merged and span.start_ms <= merged[-1].end_ms + gap_ms:
            merged[-1] = Span(merged[-1].start_ms, max(merged[-1].end_ms, span.end_ms))
        else:
            merged.append(span)
    return tuple(merged)


def intersect(one: Sequence[Span], other: Sequence[Span]) -> tuple[Span, ...]:
    """The stretches in both. Each side sorted and free of overlap."""
    both: list[Span] = []
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = max(one[i].start_ms, other[j].start_ms), min(one[i].end_ms, other[j].end_ms)
        if start < end:
            both.append(Span(start, end))
        if one[i].end_ms < other[j].end_ms:
            i += 1
        else:
            j += 1
    return tuple(both)


def subtract(spans: Sequence[Span], taken: Sequence[Span]) -> tuple[Span, ...]:
    """What of `spans` is not in `taken`. Each side sorted and free of overlap."""
    left: list[Span] = []
    for span in spans:
        start = span.start_ms
        for other in taken:
            if other.end_ms <= start or other.start_ms >= span.end_ms:
                continue
            if other.start_ms > start:
                left.append(Span(start, other.start_ms))
            start = max(start, other.end_ms)
        if start < span.end_ms:
            left.append(Span(start, span.end_ms))
    return tuple(left)


def total_ms(spans: Iterable[Span]) -> int:
    return sum(span.length_ms for span in spans)
