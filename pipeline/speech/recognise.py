"""faster-whisper on chunks: one batch, an audit, and the doubtful ones again one by one.

Never a prompt, never hotwords: a prompt can come back as if it had been said.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.records import Span, Word

from .alternatives import read_slowly
from .chunks import Chunk

_RATE_HZ = 16_000
_PAD_MS = 150  # sound kept on either side of a chunk
_LANGUAGE_WINDOWS = 4  # windows of up to 30 s that vote
_OTHER_LANGUAGE = 0.7  # mean probability at which a language nobody asked for is believed
#: characters (zh) or letters (else) a second of speech outside which a text is doubted; fast Mandarin is about 7/s
_RATE = {"zh": (1.5, 11.0), "en": (4.0, 32.0)}
_LOW_LOGPROB = -1.0  # Whisper's own log_prob_threshold
_REPEATED = 2.4  # Whisper's own compression_ratio_threshold
_HALLUCINATED = ("hallucination",)
_PIECE_MS = 5_000  # a chunk the decoder gave up on is cut into pieces of about this length
_SPLIT_FOR = {"no_text", "too_little_text", "repeated"}
_NO_SPEECH = 0.6  # Whisper's own no_speech_threshold


@dataclass(frozen=True)
class Heard:
    """What the recogniser made of one chunk. doubts: what the audit still has against it, empty for none.

    avg_logprob: natural log, mean over tokens. no_speech: 0-1.
    """

    chunk: Chunk
    words: tuple[Word, ...]
    avg_logprob: float
    no_speech: float
    doubts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words).strip()


class Recogniser:
    """Whisper weights loaded once. Not for several threads at once."""

    def __init__(
        self,
        model: Path | str,
        *,
        device: str,
        compute_type: str,
        threads: int,
        beam_size: int,
        windows_s: Sequence[float],
    ) -> None:
        """windows_s: lengths of what the encoder hears, rising, the last 30 s; a chunk takes the first it fits."""
        from faster_whisper import WhisperModel

        from .windows import short_window_pipeline

        self._model: Any = WhisperModel(
            str(model), device=device, compute_type=compute_type, cpu_threads=threads, local_files_only=True
        )
        self._batched: Any = short_window_pipeline(self._model, windows_s)
        self._beam_size = beam_size

    def language(
        self, channels: npt.NDArray[np.float32], chunks: Sequence[Chunk], wanted: Sequence[str]
    ) -> tuple[str | None, float]:
        """The language most windows of speech vote for, and its mean share. channels: float32 (c, n) at 16 kHz."""
        windows = _windows(channels, chunks)
        if not windows:
            return None, 0.0
        shares: dict[str, float] = {}
        for window in windows:
            _, _, probabilities = self._model.detect_language(audio=window)
            for language, share in probabilities:
                shares[language] = shares.get(language, 0.0) + share / len(windows)
        shares["zh"] = shares.get("zh", 0.0) + shares.pop("yue", 0.0)
        other, other_share = max(
            ((name, share) for name, share in shares.items() if name not in wanted), key=lambda item: item[1]
        )
        if other_share >= _OTHER_LANGUAGE:
            return other, round(other_share, 3)
        among = {name: shares.get(name, 0.0) for name in wanted}
        best = max(among, key=lambda name: among[name])
        return best, round(among[best] / max(sum(among.values()), 1e-9), 3)

    def hear(
        self, channels: npt.NDArray[np.float32], chunks: Sequence[Chunk], *, language: str, batch_size: int
    ) -> tuple[Heard, ...]:
        """Text for every chunk, in the chunks' order. channels: float32 (c, n) at 16 kHz."""
        heard: list[Heard | None] = [None] * len(chunks)
        for channel in sorted({chunk.channel for chunk in chunks}):
            here = [i for i, chunk in enumerate(chunks) if chunk.channel == channel]
            texts = self._batch(channels[channel], [chunks[i] for i in here], language, batch_size)
            for i, text in zip(here, texts, strict=True):
                heard[i] = text
        audited = [doubt(text, language) for text in heard if text is not None]
        return tuple(
            self._again(channels[text.chunk.channel], text, language) if text.doubts else text for text in audited
        )

    def read_again(
        self, channels: npt.NDArray[np.float32], span: Span, *, channel: int, language: str
    ) -> tuple[str, ...]:
        """Other readings of a doubtful stretch, the likeliest first. channels: float32 (c, n) at 16 kHz."""
        return read_slowly(self._model, channels[channel], span, language=language)

    def _batch(
        self, samples: npt.NDArray[np.float32], chunks: Sequence[Chunk], language: str, batch_size: int
    ) -> list[Heard]:
        length_s = len(samples) / _RATE_HZ
        clips = [
            {
                "start": max(0.0, (chunk.start_ms - _PAD_MS) / 1000),
                "end": min(length_s, (chunk.end_ms + _PAD_MS) / 1000),
            }
            for chunk in chunks
        ]
        segments, _ = self._batched.transcribe(
            samples,
            language=language,
            batch_size=batch_size,
            beam_size=self._beam_size,
            word_timestamps=True,
            vad_filter=False,
            clip_timestamps=clips,
        )
        by_seek: dict[int, list[Any]] = {}
        for segment in segments:
            by_seek.setdefault(segment.seek, []).append(segment)
        per_second = self._model.frames_per_second
        return [
            _heard(chunk, by_seek.get(int(int(clip["start"] * _RATE_HZ) / _RATE_HZ * per_second), []))
            for chunk, clip in zip(chunks, clips, strict=True)
        ]

    def _again(self, samples: npt.NDArray[np.float32], first: Heard, language: str) -> Heard:
        """Decode one chunk alone, with Whisper's own guards and time tokens; keep the better of the two."""
        chunk = first.chunk
        begin = max(0, chunk.start_ms - _PAD_MS)
        sound = samples[begin * _RATE_HZ // 1000 : (chunk.end_ms + _PAD_MS) * _RATE_HZ // 1000]
        segments, _ = self._model.transcribe(
            sound,
            language=language,
            beam_size=self._beam_size,
            temperature=0.0,  # sampling at higher temperatures would make two runs differ
            word_timestamps=True,
            condition_on_previous_text=False,
            vad_filter=False,
        )
        second = doubt(_heard(chunk, list(segments), offset_ms=begin), language)
        better = min(first, second, key=_badness)
        if "too_much_text" in better.doubts:
            return replace(better, words=possible_words(better.words, chunk, language), doubts=_HALLUCINATED)
        if not set(better.doubts) & _SPLIT_FOR or chunk.end_ms - chunk.start_ms < 2 * _PIECE_MS:
            return better
        pieces = split_at_quiet(samples, chunk)
        parts = self._batch(samples, pieces, language, len(pieces))
        return min(better, doubt(_together(chunk, parts), language), key=_badness)


def doubt(heard: Heard, language: str) -> Heard:
    """The audit: what speaks against this text. Flagged, never deleted."""
    doubts: list[str] = []
    text = "".join(character for character in heard.text if character.isalnum())
    seconds = (heard.chunk.end_ms - heard.chunk.start_ms) / 1000
    slowest, fastest = _RATE.get("zh" if language == "zh" else "en", _RATE["en"])
    if not text:
        doubts.append("no_text")
    elif seconds >= 2.5 and len(text) / seconds < slowest:
        doubts.append("too_little_text")
    elif len(text) / max(seconds, 0.5) > fastest and len(text) > 8:
        doubts.append("too_much_text")
    encoded = heard.text.encode()
    if len(encoded) > 40 and len(encoded) / len(zlib.compress(encoded)) > _REPEATED:
        doubts.append("repeated")
    if heard.avg_logprob < _LOW_LOGPROB:
        doubts.append("low_confidence")
    if heard.no_speech > _NO_SPEECH and heard.avg_logprob < _LOW_LOGPROB:
        doubts.append("hallucination")
    return replace(heard, doubts=tuple(doubts))


def possible_words(words: Sequence[Word], chunk: Chunk, language: str) -> tuple[Word, ...]:
    """The words that could have been said in the chunk's time at the fastest rate; the rest is the decoder's looping.

    The chunk is a coverage gap all the same, with the reason "hallucination".
    """
    room = (
        _RATE.get("zh" if language == "zh" else "en", _RATE["en"])[1] * max(chunk.end_ms - chunk.start_ms, 500) / 1000
    )
    kept: list[Word] = []
    for word in words:
        room -= sum(character.isalnum() for character in word.text)
        if room < 0:
            break
        kept.append(word)
    return tuple(kept)


def split_at_quiet(samples: npt.NDArray[np.float32], chunk: Chunk) -> tuple[Chunk, ...]:
    """The chunk in pieces of about _PIECE_MS, cut where it is quietest. samples: the channel, 16 kHz."""
    frame = _RATE_HZ // 50
    begin = chunk.start_ms * _RATE_HZ // 1000
    sound = samples[begin : chunk.end_ms * _RATE_HZ // 1000]
    frames = sound[: len(sound) // frame * frame].reshape(-1, frame)
    power = np.pad((frames**2).mean(axis=1), 2, mode="edge")
    loudness = np.convolve(power, np.ones(5) / 5, mode="valid")
    cuts = [0]
    per_piece = _PIECE_MS // 20
    while len(loudness) - cuts[-1] > per_piece * 3 // 2:
        window = loudness[cuts[-1] + per_piece // 2 : cuts[-1] + per_piece * 3 // 2]
        cuts.append(cuts[-1] + per_piece // 2 + int(window.argmin()))
    edges = [chunk.start_ms + cut * 20 for cut in cuts] + [chunk.end_ms]
    return tuple(Chunk(start, end, chunk.speaker, chunk.channel) for start, end in pairwise(edges))


def _together(chunk: Chunk, parts: Sequence[Heard]) -> Heard:
    """Pieces of one chunk as one text."""
    spoken = [part for part in parts if part.words]
    if not spoken:
        return Heard(chunk, (), 0.0, 1.0)
    count = sum(len(part.words) for part in spoken)
    return Heard(
        chunk,
        tuple(word for part in spoken for word in part.words),
        sum(part.avg_logprob * len(part.words) for part in spoken) / count,
        max(part.no_speech for part in spoken),
    )


def _badness(heard: Heard) -> tuple[int, float]:
    return ("no_text" in heard.doubts) + len(heard.doubts), -heard.avg_logprob


def _heard(chunk: Chunk, segments: Sequence[Any], *, offset_ms: int = 0) -> Heard:
    words = [
        _word(word, chunk, offset_ms) for segment in segments for word in (segment.words or []) if word.word.strip()
    ]
    weights = [max(1, len(segment.tokens)) for segment in segments]
    total = sum(weights)
    if not total:
        return Heard(chunk, (), 0.0, 1.0)
    return Heard(
        chunk,
        tuple(words),
        sum(segment.avg_logprob * weight for segment, weight in zip(segments, weights, strict=True)) / total,
        max(float(segment.no_speech_prob) for segment in segments),
    )


def _word(word: Any, chunk: Chunk, offset_ms: int) -> Word:
    """Times clamped to the chunk. A digit's time is often a guess, so it is marked as one."""
    start = min(max(round(word.start * 1000) + offset_ms, chunk.start_ms), chunk.end_ms)
    end = min(max(round(word.end * 1000) + offset_ms, start), chunk.end_ms)
    guessed = any(character.isdigit() for character in word.word) or end == start
    return Word(word.word, start, end, round(float(word.probability), 3), guessed)


def _windows(channels: npt.NDArray[np.float32], chunks: Sequence[Chunk]) -> list[npt.NDArray[np.float32]]:
    """Up to four windows of up to 30 s of speech, spread over the call."""
    longest = 30 * _RATE_HZ
    pieces = [
        channels[chunk.channel, chunk.start_ms * _RATE_HZ // 1000 : chunk.end_ms * _RATE_HZ // 1000] for chunk in chunks
    ]
    if not pieces:
        return []
    speech = np.concatenate(pieces)
    count = min(_LANGUAGE_WINDOWS, max(1, len(speech) // longest))
    size = min(longest, len(speech) // count)
    return [speech[i * len(speech) // count :][:size] for i in range(count)]
