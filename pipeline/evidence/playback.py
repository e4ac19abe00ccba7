"""The playing copy: what a browser can play, beside the page; the original is never touched."""

from __future__ import annotations

import io
from pathlib import Path

from pipeline.evidence.files import write_atomically
from pipeline.records import Audio

#: FLAC is lossless, seeks to the sample, and plays in Chromium, Firefox and Safari (11 on), on phones as well.
PLAYING_COPY = "audio.flac"


def write_playing_copy(audio: Audio, folder: Path) -> Path:
    """Write folder/audio.flac, 16-bit, at the rate and with the channels of the decoded sound. Raises OSError."""
    import numpy as np
    import soundfile

    samples = np.clip(np.nan_to_num(audio.samples.T), -1.0, 1.0)
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, audio.sample_rate_hz, format="FLAC", subtype="PCM_16")
    return write_atomically(folder / PLAYING_COPY, buffer.getvalue())
