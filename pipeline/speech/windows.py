"""faster-whisper's batch with windows as long as the chunks need, instead of 30 s for each.

Most chunks are one turn of a call, two to eight seconds. Padding each to 30 s makes the encoder do four times the work
for nothing; a window of 10 s with a second to spare gives the same text (docs/decisions.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_WINDOWS = (1_000, 2_000, 3_000)  # frames of 10 ms; the last is Whisper's own
_SPARE_S = 1.0  # silence after the speech inside a window: without it the decoder loops or breaks off


def short_window_pipeline(model: Any) -> Any:
    """A BatchedInferencePipeline for `model` whose batches are made of chunks of like length."""
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
            windows = [window_of(chunk["duration"]) for chunk in chunks_metadata]
            for window in _WINDOWS:
                here = [i for i, needed in enumerate(windows) if needed == window]
                if here:
                    yield from super()._batched_segments_generator(
                        features[here][..., :window],
                        tokenizer,
                        [chunks_metadata[i] for i in here],
                        batch_size,
                        options,
                        log_progress,
                    )

    return ShortWindows(model)


def window_of(duration_s: float) -> int:
    """Frames of the smallest window that holds the chunk with room to spare."""
    return next((window for window in _WINDOWS if duration_s + _SPARE_S <= window / 100), _WINDOWS[-1])
