"""How sound ends and begins beside nothing at all: a voice fades and swells, sound that is cut clicks.

Measured on the six calls of silent lines among 34 (docs/accuracy.md): a pause of the speaker's own begins at 23 dB or
more under the usual level of the speech (25 in the last millisecond) and ends 16 or more under it; of stretches cut out
of running speech 19 in 20 break one of the three limits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .levels import FRAME_MS, Levels

CLICK_DB = 18.0  # speech no further than this under its usual level in the last 10 ms was cut off
_LAST_MS_DB = 20.0  # the same for the last millisecond: exact only where the cut sound was not coded again
_FIRST_MS_DB = 13.0  # and for the first millisecond after nothing: consonants begin hard
_NEAR = 5  # frames on either side in which the edge is looked for
_FOUND_DBFS = -60.0  # the first or last sample as loud as this is where sound begins or ends


def breaks_off(levels: Levels, start: int) -> bool:
    """Whether speech is still loud in the two frames before the dead stretch that begins at this frame."""
    return start > 0 and bool(levels.db[max(0, start - 2) : start].max() >= levels.usual - CLICK_DB)


def cut_edges(
    samples: npt.NDArray[np.float32], sample_rate_hz: int, levels: Levels, start: int, end: int
) -> tuple[bool, bool]:
    """Whether the dead frames [start, end) begin, and whether they end, as no pause does.

    samples: the channel, mono float32 (n,). Beside a tone or noise nothing can be told.
    """
    frame, ms = sample_rate_hz * FRAME_MS // 1000, sample_rate_hz // 1000
    least = 10 ** (_FOUND_DBFS / 20)
    begins = ends = False
    if not levels.tone[max(0, start - _NEAR) : start].any():
        begin = max(0, (start - _NEAR) * frame)
        before = np.flatnonzero(np.abs(samples[begin : start * frame + frame // 2]) > least)
        last = begin + int(before[-1]) + 1 if len(before) else 0
        loud = last > 0 and _db(samples[max(0, last - ms) : last]) >= levels.usual - _LAST_MS_DB
        begins = loud or breaks_off(levels, start)
    if not levels.tone[end : end + _NEAR].any():
        begin = end * frame - frame // 2
        after = np.flatnonzero(np.abs(samples[begin : begin + _NEAR * frame]) > least)
        first = begin + int(after[0]) if len(after) else 0
        ends = first > 0 and _db(samples[first : first + ms]) >= levels.usual - _FIRST_MS_DB
    return begins, ends


def _db(samples: npt.NDArray[np.float32]) -> float:
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2) + 1e-12)) if len(samples) else -120.0
