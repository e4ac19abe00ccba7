"""Doubtful stretches of the caller's side once more, slowly: what else may have been said there.

The first reading stays the transcript. The others only keep an absence from being stated: a statement that is missing
from the first reading and is found in one of these may have been made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.records import Alternative, Gap, Span, Turn

from .chunks import MAX_CHUNK_MS, Chunk

_RATE_HZ = 16_000
_READABLE = ("low_confidence", "no_text", "too_little_text", "repeated", "hallucination")  # not what was lost
_MIN_MS = 500  # shorter holds no statement
_CONTEXT_MS = 1_200  # decoded on either side: the first reading began and ended elsewhere, and words need neighbours
_JOIN_MS = 1_500  # stretches this near are decoded together
_BEAM = 10
_READINGS = 5  # kept of the ten
_LEAST_LOGPROB = -1.5  # natural log, mean over tokens; under it the reading is no reading


def doubtful_spans(gaps: Sequence[Gap], turns: Sequence[Turn], *, at_most: int) -> tuple[Span, ...]:
    """The longest unread stretches in which the caller's side may speak, in time order.

    turns: with roles. What lies inside a turn of the person called or of the network could not be the caller's words.
    """
    wanted = [
        Span(gap.start_ms, gap.end_ms)
        for gap in gaps
        if gap.reason in _READABLE and gap.end_ms - gap.start_ms >= _MIN_MS and _may_be_callers(gap, turns)
    ]
    joined: list[Span] = []
    for span in sorted(wanted, key=lambda span: span.start_ms):
        whole = Span(joined[-1].start_ms, max(joined[-1].end_ms, span.end_ms)) if joined else span
        if joined and span.start_ms <= joined[-1].end_ms + _JOIN_MS and whole.length_ms <= MAX_CHUNK_MS // 2:
            joined[-1] = whole
        else:
            joined.append(span)
    longest = sorted(joined, key=lambda span: (-span.length_ms, span.start_ms))[:at_most]
    return tuple(
        Span(span.start_ms, min(span.end_ms, span.start_ms + MAX_CHUNK_MS))
        for span in sorted(longest, key=lambda span: span.start_ms)
    )


def _may_be_callers(gap: Gap, turns: Sequence[Turn]) -> bool:
    return not any(
        turn.role in ("callee", "carrier")
        and (turn.start_ms or 0) <= gap.start_ms + _MIN_MS // 2
        and (turn.end_ms or 0) >= gap.end_ms - _MIN_MS // 2
        for turn in turns
    )


def channel_at(span: Span, chunks: Sequence[Chunk]) -> int:
    """The channel on which most of the span was decoded at first."""
    shared: dict[int, int] = {}
    for chunk in chunks:
        both = min(chunk.end_ms, span.end_ms) - max(chunk.start_ms, span.start_ms)
        shared[chunk.channel] = shared.get(chunk.channel, 0) + max(0, both)
    return max(shared, key=lambda channel: (shared[channel], -channel), default=0)


def read_slowly(model: Any, samples: npt.NDArray[np.float32], span: Span, *, language: str) -> tuple[str, ...]:
    """Up to _READINGS texts, the likeliest first, from a beam of _BEAM with more sound around than at first.

    model: faster-whisper's. samples: one channel, 16 kHz. No sampling: two runs must read the same.
    """
    from faster_whisper.audio import pad_or_trim
    from faster_whisper.tokenizer import Tokenizer

    begin = max(0, span.start_ms - _CONTEXT_MS) * _RATE_HZ // 1000
    sound = samples[begin : (span.end_ms + _CONTEXT_MS) * _RATE_HZ // 1000]
    tokenizer = Tokenizer(model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language=language)
    features = pad_or_trim(model.feature_extractor(sound)[..., :-1])
    found = model.model.generate(
        model.encode(features),
        [model.get_prompt(tokenizer, [], without_timestamps=True)],
        beam_size=_BEAM,
        num_hypotheses=_READINGS,
        max_length=model.max_length,
        return_scores=True,
        suppress_blank=True,
    )[0]
    texts = [
        tokenizer.decode([token for token in tokens if token < tokenizer.eot]).strip()
        for tokens, score in zip(found.sequences_ids, found.scores, strict=True)
        if score >= _LEAST_LOGPROB
    ]
    return tuple(dict.fromkeys(text for text in texts if text))


def placed(span: Span, texts: Sequence[str], turns: Sequence[Turn]) -> list[Alternative]:
    """The readings, each with the turn that most of the span lies in, "" where it lies in none."""
    shared = {
        turn.id: min(turn.end_ms or 0, span.end_ms) - max(turn.start_ms or 0, span.start_ms)
        for turn in turns
        if turn.role not in ("callee", "carrier")
    }
    best = max(shared, key=lambda name: shared[name], default="")
    name = best if shared.get(best, 0) > 0 else ""
    return [Alternative(span.start_ms, span.end_ms, text, name) for text in texts]
