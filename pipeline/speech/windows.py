"""faster-whisper's batch with windows as long as the chunks need, where the settings ask for it.

Most chunks are one turn of a call, two to eight seconds; padding each to 30 s makes the encoder do several times the
work. Windows of 10 and 20 s beside 30 halve the time and cost a little accuracy (docs/performance.md), so they are not
the default.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

_FRAMES_PER_S = 100
_SPARE_S = 1.0  # silence after the speech inside a window: without it the decoder loops or breaks off


def short_window_pipeline(model: Any, windows_s: Sequence[float]) -> Any:
    """A BatchedInferencePipeline for `model` whose batches are made of chunks that take the same window."""
    from faster_whisper import BatchedInferencePipeline

    class ShortWindows(BatchedInferencePipeline):  # type: ignore[misc]
        def _batched_segments_generator(
            self,
            features: Any,
            tokenizer: Any,
            chunks_metadata: list[dict[str, Any]],
            batch_size: int,
            options: Any,
            log_progress: bool,
        ) -> Iterator[Any]:
            """features: (chunks, mels, 3000) padded at the end; each window's are cut to what its chunks fill."""
            needed = [window_of(chunk["duration"], windows_s) for chunk in chunks_metadata]
            for window_s in windows_s:
                here = [i for i, window in enumerate(needed) if window == window_s]
                if here:
                    yield from super()._batched_segments_generator(
                        features[here][..., : round(window_s * _FRAMES_PER_S)],
                        tokenizer,
                        [chunks_metadata[i] for i in here],
                        batch_size,
                        options,
                        log_progress,
                    )

    return ShortWindows(model)


def window_of(duration_s: float, windows_s: Sequence[float]) -> float:
    """The smallest window, s, that holds the chunk with room to spare; the last where none does."""
    return next((window for window in windows_s if duration_s + _SPARE_S <= window), windows_s[-1])
