"""Recording -> Transcript with the real models."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.records import Alternative, Audio, Gap, Layout, ModelUsed, Span, Tone, Transcript, Turn
from pipeline.settings import Settings

from .alternatives import channel_at, doubtful_spans, placed
from .chunks import Chunk, chunks_by_channel, chunks_by_speaker, without_tones
from .crosstalk import without_crosstalk
from .diarize import Diarizer
from .masking import find_masked
from .recognise import Recogniser
from .repeats import find_repeats
from .roles import assign_roles
from .tones import find_tones
from .turns import join_pieces, make_pieces, measure_coverage
from .voice import find_voice, merge

_MIN_VOICE_MS = 900  # shorter turns give no usable embedding


class LocalSpeech:
    """faster-whisper and pyannote.audio, loaded once. Not for several threads at once."""

    def __init__(
        self, recogniser: Recogniser, diarizer: Diarizer, *, settings: Settings, models: tuple[ModelUsed, ...]
    ) -> None:
        self._recogniser = recogniser
        self._diarizer = diarizer
        self._settings = settings
        self.models = models

    def transcribe(self, audio: Audio, *, layout: Layout) -> Transcript:
        """audio: float32 (channels, n) at 16 kHz; two channels only where the layout is dual_channel."""
        speech_settings = self._settings.speech
        tones = find_tones(audio)
        voice = [find_voice(channel) for channel in audio.samples]
        if layout == "dual_channel":
            speech = [self._diarizer.find_speech(channel, audio.sample_rate_hz) for channel in audio.samples]
            voice, speech = without_crosstalk(audio, voice), without_crosstalk(audio, speech)
            chunks = sorted(
                (
                    chunk
                    for channel, spans in enumerate(zip(voice, speech, strict=True))
                    for chunk in chunks_by_channel(merge((*spans[0], *spans[1])), channel)
                ),
                key=lambda chunk: (chunk.start_ms, chunk.channel),
            )
        else:
            diarization = self._diarizer.diarize(
                audio.samples[0],
                audio.sample_rate_hz,
                max_speakers=speech_settings.max_speakers,
                same_voice=speech_settings.same_voice,
            )
            speech = [diarization.speech]
            chunks = list(chunks_by_speaker(diarization.spans, voice[0]))
        chunks = without_tones(chunks, tones)
        language, share = self._language(audio.samples, chunks)
        if language is None:
            return Transcript(None, 0.0, tones=tones)
        heard = self._recogniser.hear(audio.samples, chunks, language=language, batch_size=speech_settings.batch_size)
        pieces = make_pieces(heard)
        pieces, reasons = assign_roles(
            pieces,
            language,
            settings=self._settings.roles,
            voices=self._voices(audio, pieces, chunks),
            by_channel=layout == "dual_channel",
        )
        turns = join_pieces(pieces, gap_ms=speech_settings.turn_gap_ms)
        coverage = measure_coverage(
            heard,
            voice,
            speech,
            tones=tones,
            word_confidence=speech_settings.word_confidence,
            masked=_masked(audio, voice, speech, tones, pieces),
        )
        return Transcript(
            language=language,
            language_confidence=share,
            turns=turns,
            coverage=coverage,
            tones=tones,
            role_reasons=reasons,
            repeats=find_repeats(audio, turns, language, channel=_far_channel(turns, chunks)),
            alternatives=self._alternatives(audio, coverage.gaps, turns, chunks, language),
        )

    def _alternatives(
        self, audio: Audio, gaps: Sequence[Gap], turns: Sequence[Turn], chunks: Sequence[Chunk], language: str
    ) -> tuple[Alternative, ...]:
        """Other readings of the stretches in which the caller may have said what the transcript lacks."""
        if language not in self._settings.speech.languages:
            return ()
        at_most = max(1, round(self._settings.speech.slow_share * len(chunks)))
        found: list[Alternative] = []
        for span in doubtful_spans(gaps, turns, at_most=at_most):
            channel = channel_at(span, chunks)
            texts = self._recogniser.read_again(audio.samples, span, channel=channel, language=language)
            found += placed(span, texts, turns)
        return tuple(found)

    def _language(self, channels: npt.NDArray[np.float32], chunks: Sequence[Chunk]) -> tuple[str | None, float]:
        wanted = self._settings.speech.language
        if wanted is not None:
            return (wanted, 1.0) if chunks else (None, 0.0)
        return self._recogniser.language(channels, chunks, self._settings.speech.languages)

    def _voices(
        self, audio: Audio, turns: Sequence[Turn], chunks: Sequence[Chunk]
    ) -> dict[str, npt.NDArray[np.float32]]:
        """An embedding for each turn long enough, by turn id."""
        channel_of = {chunk.speaker: chunk.channel for chunk in chunks}
        per_ms = audio.sample_rate_hz // 1000
        voices = {}
        for turn in turns:
            start, end = turn.start_ms or 0, turn.end_ms or 0
            if turn.speaker is None or end - start < _MIN_VOICE_MS:
                continue
            sound = audio.samples[channel_of.get(turn.speaker, 0), start * per_ms : end * per_ms]
            voices[turn.id] = self._diarizer.embed(sound)
        return voices


def _masked(
    audio: Audio,
    voice: Sequence[Sequence[Span]],
    speech: Sequence[Sequence[Span]],
    tones: Sequence[Tone],
    pieces: Sequence[Turn],
) -> tuple[Gap, ...]:
    """On every channel, where nobody speaks on any: what leaks over from the other side is no noise."""
    anybody = merge(span for spans in (*voice, *speech) for span in spans)
    voices = [(piece.role in ("caller", "human"), Span(piece.start_ms or 0, piece.end_ms or 0)) for piece in pieces]
    by_channel = [merge((*one, *other)) for one, other in zip(voice, speech, strict=True)]
    found: list[Gap] = []
    for channel, samples in enumerate(audio.samples):
        elsewhere = merge(span for other, spans in enumerate(by_channel) if other != channel for span in spans)
        found += find_masked(samples, audio.sample_rate_hz, anybody, tones, voices=voices, other_channels=elsewhere)
    return tuple(sorted(set(found), key=lambda gap: (gap.start_ms, gap.end_ms, gap.reason)))


def _far_channel(turns: Sequence[Turn], chunks: Sequence[Chunk]) -> int:
    channel_of = {chunk.speaker: chunk.channel for chunk in chunks}
    return next((channel_of.get(turn.speaker, 0) for turn in turns if turn.role == "caller"), 0)
