"""One side a channel, or the same sound twice? And is there any sound at all?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.intake.decode import RATE_HZ
from pipeline.records import Layout
from pipeline.settings import IntakeSettings

__all__ = ["lay_out", "peak_dbfs"]

Samples = npt.NDArray[np.float32]
_FRAME = RATE_HZ // 10  # 0.1 s: level
_STRETCH = RATE_HZ // 2  # 0.5 s: the shortest answer worth a second channel
_SEARCH_S = 20  # s of the loudest sound in which the lag is sought
_LEAST_UNLIKE = 0.3  # share of a half second's energy that the other channel does not explain: somebody's own sound
_OVER_NOISE = 10.0  # and that much, as power, over what noise leaves unexplained elsewhere in the call
_STEADY_DB = 10.0  # a channel whose loudest frame is this near its quietest fifth only idles


def peak_dbfs(samples: Samples) -> float:
    """Highest peak over all channels, dB of full scale, any constant offset taken away."""
    peak = max(float(np.max(np.abs(channel - channel.mean()))) for channel in samples)
    return 20 * float(np.log10(max(peak, 1e-9)))


def lay_out(samples: Samples, settings: IntakeSettings) -> tuple[Samples, Layout, tuple[str, ...]]:
    """Fold two channels to one where they are copies or where one is dead.

    samples: (1 or 2, n). Copies may differ in loudness, sign and by up to max_channel_lag_ms; the louder one is kept
    as it is (a sum of shifted copies would comb). Returns samples, layout and warnings.
    """
    if samples.shape[0] == 1:
        return samples, "mono", ()
    dead = [_is_dead(channel, settings) for channel in samples]
    if any(dead):
        kept = 0 if dead[1] and not dead[0] else 1 if dead[0] and not dead[1] else _louder(samples)
        lost = ("second", "first")[kept]
        warning = f"two channels, but the {lost} one is silent; only the other was examined"
        return samples[kept : kept + 1], "dual_mono", (warning,)
    if _are_copies(samples, settings):
        kept = _louder(samples)
        return samples[kept : kept + 1], "dual_mono", ()
    return samples, "dual_channel", ()


def _louder(samples: Samples) -> int:
    return int(np.argmax([float(np.dot(channel, channel)) for channel in samples]))


def _levels_db(channel: Samples) -> npt.NDArray[np.float64]:
    """Level of each 0.1 s frame, dBFS (rms), offset taken away."""
    whole = len(channel) // _FRAME * _FRAME
    frames = (channel[:whole] if whole else channel).reshape(-1, _FRAME if whole else len(channel))
    levels: npt.NDArray[np.float64] = 20 * np.log10(np.maximum(frames.std(axis=1, dtype=np.float64), 1e-9))
    return levels


def _is_dead(channel: Samples, settings: IntakeSettings) -> bool:
    """Silent, or nothing but a quiet, even idle noise."""
    if peak_dbfs(channel[np.newaxis, :]) < settings.silence_dbfs:
        return True
    levels = _levels_db(channel)
    loudest, quiet = float(levels.max()), float(np.percentile(levels, 20))
    return loudest < settings.dead_channel_dbfs and loudest - quiet < _STEADY_DB


def _are_copies(samples: Samples, settings: IntakeSettings) -> bool:
    """Correlation at the best lag over the whole, and no half second that one channel has to itself.

    The second test is what keeps one short answer: a whole call can correlate at 0.99 by cross-talk alone.
    """
    left, right = (channel - channel.mean() for channel in samples)
    left, right = _aligned(left, right, _lag(left, right, settings))
    whole = abs(_correlation(left, right))
    if whole < settings.same_channel_correlation:
        return False
    count = len(left) // _STRETCH
    if count < 2:
        return True
    a = left[: count * _STRETCH].reshape(count, _STRETCH)
    b = right[: count * _STRETCH].reshape(count, _STRETCH)
    rest = b - a * (np.dot(a.ravel(), b.ravel()) / np.dot(a.ravel(), a.ravel()))  # what the copy does not explain
    rest_energy = (rest * rest).sum(axis=1, dtype=np.float64)
    energy = (b * b).sum(axis=1, dtype=np.float64)
    usual = float(np.percentile(rest_energy, 25))
    own = (
        (rest_energy > _LEAST_UNLIKE * energy)
        & (rest_energy > _OVER_NOISE * usual)
        & (rest_energy > energy.max() * 1e-4)
    )
    return not bool(own.any())


def _correlation(a: Samples, b: Samples) -> float:
    power = float(np.dot(a, a)) * float(np.dot(b, b))
    return float(np.dot(a, b)) / np.sqrt(power) if power > 0 else 0.0


def _lag(left: Samples, right: Samples, settings: IntakeSettings) -> int:
    """Samples by which right comes later than left, at most max_channel_lag_ms, from the loudest stretch."""
    most = settings.max_channel_lag_ms * RATE_HZ // 1000
    window = min(len(left), _SEARCH_S * RATE_HZ)
    levels = np.concatenate([[0.0], np.cumsum(10 ** (_levels_db(left) / 10))])
    frames = max(1, window // _FRAME)
    start = 0
    if len(levels) > frames:
        start = int(np.argmax(levels[frames:] - levels[:-frames])) * _FRAME
    a, b = left[start : start + window], right[start : start + window]
    size = 1 << (len(a) + most).bit_length()
    cross = np.fft.irfft(np.conj(np.fft.rfft(a, size)) * np.fft.rfft(b, size), size)
    lags = np.concatenate([np.arange(0, most + 1), np.arange(-most, 0)])
    return int(lags[int(np.argmax(np.abs(cross[lags])))])


def _aligned(left: Samples, right: Samples, lag: int) -> tuple[Samples, Samples]:
    if lag >= 0:
        return left[: len(left) - lag], right[lag:]
    return left[-lag:], right[:lag]
