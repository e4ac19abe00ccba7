"""A call's samples -> a file as a phone or a recorder app writes it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import cast

import numpy as np

from .errors import SampleError
from .signals import RATE_HZ, Sound

__all__ = ["SUFFIXES", "write_audio"]

#: File ending by codec.
SUFFIXES = {
    "pcm": ".wav",
    "alaw": ".wav",
    "mulaw": ".wav",
    "gsm": ".wav",
    "amr": ".amr",
    "mp3": ".mp3",
    "m4a": ".m4a",
    "opus": ".ogg",
}
WAV_SUBTYPES = {"pcm": "PCM_16", "alaw": "ALAW", "mulaw": "ULAW", "gsm": "GSM610"}
#: PyAV: container, encoder, sample format, rate (Hz), bit rate (bit/s) a channel. Rates as phones use them.
ENCODERS = {
    "amr": ("amr", "libopencore_amrnb", "s16", 8000, 12_200),
    "mp3": ("mp3", "libmp3lame", "s16p", 16000, 32_000),
    "m4a": ("ipod", "aac", "fltp", 16000, 32_000),
    "opus": ("ogg", "libopus", "s16", 48000, 16_000),
}


def write_audio(samples: Sound, path: Path, *, codec: str) -> None:
    """Write samples, (channels, n) at 8 kHz, with one of SUFFIXES' codecs; the same samples give the same bytes."""
    if codec in WAV_SUBTYPES:
        import soundfile

        pcm = np.round(np.clip(samples.T, -1.0, 1.0) * 32767).astype(np.int16)
        soundfile.write(path, pcm, RATE_HZ, subtype=WAV_SUBTYPES[codec], format="WAV")
        return
    _encode(samples, path, codec)


def _encode(samples: Sound, path: Path, codec: str) -> None:
    import av

    container, encoder, sample_format, rate_hz, bit_rate = ENCODERS[codec]
    layout = "mono" if samples.shape[0] == 1 else "stereo"
    try:
        # bitexact leaves out the encoder's version and, for ogg, the random stream number
        with av.open(str(path), "w", format=container, options={"fflags": "+bitexact"}) as output:
            added = output.add_stream(encoder, rate=rate_hz, layout=layout, format=sample_format)
            stream = cast(av.AudioStream, added)
            stream.bit_rate = bit_rate * samples.shape[0]
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples, np.float32), format="fltp", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, 0, Fraction(1, RATE_HZ)
            fifo = av.AudioFifo()
            resampler = av.AudioResampler(format=sample_format, layout=layout, rate=rate_hz)
            for part in (*resampler.resample(frame), *resampler.resample(None)):
                part.pts = None
                fifo.write(part)
            size = stream.codec_context.frame_size or 1024
            done = 0
            while (chunk := fifo.read(size, partial=True)) is not None:
                chunk.pts, chunk.time_base = done, Fraction(1, rate_hz)
                done += chunk.samples
                output.mux(stream.encode(chunk))
            output.mux(stream.encode(None))
    except av.error.FFmpegError as error:
        raise SampleError(f"{path}: PyAV could not write {codec} with {encoder}: {error}") from error
