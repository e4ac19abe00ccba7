"""Small sound files, written by the tests themselves."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import soundfile

RATE = 16_000


def talk(seconds: float, seed: int = 0, level: float = 0.2) -> np.ndarray:
    """float32 (n,) at 16 kHz: coloured noise in bursts, as unlike another seed's as two speakers are."""
    rng = np.random.default_rng(seed)
    n = int(seconds * RATE)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    hz = np.fft.rfftfreq(n, 1 / RATE)
    sound = np.fft.irfft(spectrum * np.exp(-(((hz - 700) / 600) ** 2)), n)
    swell = np.clip(np.sin(2 * np.pi * (0.6 + 0.1 * seed) * np.arange(n) / RATE + seed), 0, 1)
    return (level * sound / np.abs(sound).max() * swell).astype(np.float32)


def write_wav(path: Path, *channels: np.ndarray, rate: int = RATE, subtype: str = "PCM_16") -> Path:
    soundfile.write(path, np.stack(channels, axis=1), rate, subtype=subtype, format="WAV")
    return path


def encode(
    path: Path, codec: str, sound: np.ndarray, *, rate: int = RATE, container: str | None = None, **extra
) -> Path:
    """Write mono float32 at 16 kHz through a PyAV encoder. extra: `options`, `metadata`."""
    metadata = extra.pop("metadata", {})
    with av.open(str(path), "w", format=container, **extra) as output:
        output.metadata.update(metadata)
        stream = output.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.atleast_2d(sound).astype(np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = RATE, 0
        resampler = av.AudioResampler(
            format=stream.codec_context.format.name,
            layout="mono",
            rate=rate,
            frame_size=stream.codec_context.frame_size or None,
        )
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(piece))
        output.mux(stream.encode(None))
    return path
