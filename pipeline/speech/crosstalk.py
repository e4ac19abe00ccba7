"""The other side's voice leaking into a channel is not speech of this side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.records import Audio, Span

_LOUDER_DB = 12.0  # the other channel is this much louder throughout the span
_SAME = 0.35  # normalised cross-correlation above which the quieter one is a copy
_LAG_MS = 120  # echo delay searched


def without_crosstalk(audio: Audio, voice: Sequence[Sequence[Span]]) -> list[tuple[Span, ...]]:
    """Each channel's spans less those in which it only repeats the louder channel. audio: two channels."""
    per_ms = audio.sample_rate_hz // 1000
    return [
        tuple(
            span
            for span in spans
            if not _leaks(
                audio.samples[channel, span.start_ms * per_ms : span.end_ms * per_ms],
                audio.samples[1 - channel, span.start_ms * per_ms : span.end_ms * per_ms],
                _LAG_MS * per_ms,
            )
        )
        for channel, spans in enumerate(voice)
    ]


def _leaks(own: npt.NDArray[np.float32], other: npt.NDArray[np.float32], lag: int) -> bool:
    power_own, power_other = float(np.mean(own**2)) + 1e-12, float(np.mean(other**2)) + 1e-12
    if 10 * np.log10(power_other / power_own) < _LOUDER_DB:
        return False
    size = 1 << (len(own) + lag).bit_length()
    spectrum = np.fft.rfft(own, size) * np.conj(np.fft.rfft(other, size))
    correlation = np.abs(np.fft.irfft(spectrum, size))
    near = max(correlation[:lag].max(), correlation[-lag:].max())
    return bool(near / (len(own) * np.sqrt(power_own * power_other)) >= _SAME)
