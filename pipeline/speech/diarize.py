"""Who speaks when, on one channel: pyannote's segmentation-3.0 cuts the speech, CAM++ tells the voices apart.

pyannote's own pipeline embeds every speaker of every 10 s window and clusters the windows; a callee's "no" of half a
second drowns in them. Here the windows only vote on where speech begins, ends and changes hands; each stretch between
is embedded once and the stretches are clustered. On telephone calls that is more exact on the near side and cheaper;
docs/accuracy.md has the figures, docs/decisions.md the reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from pipeline.records import Span

from ._pyannote import import_pyannote

_GRID_MS = 10
_JOIN_MS = 150  # a pause up to this long inside one speaker's stretch
_CHANGE_VOTE = 0.5  # share of the windows over a point that must see the speaker change there
_CHANGE_SPREAD_MS = 150  # windows place the same change this far apart
_MIN_PIECE_MS = 200  # no stretch is cut shorter than this
_MIN_STRETCH_MS = 120  # shorter is a click
_MIN_EMBED_MS = 400  # of sound for an embedding at all
_MIN_CLUSTER_MS = 1_000  # stretches this long make the clusters; shorter ones join the nearest


@dataclass(frozen=True)
class SpeakerSpan:
    """One speaker talking. Spans of one diarization do not overlap."""

    speaker: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True)
class Diarization:
    """spans: exclusive, in time order. speech: where the segmentation model hears any voice."""

    spans: tuple[SpeakerSpan, ...]
    speech: tuple[Span, ...]


class Diarizer:
    """Weights loaded once; call `diarize` for each recording. Not for several threads at once."""

    def __init__(self, segmentation: Path, embedding: Path, *, step: float, device: str = "cpu") -> None:
        """step: share of the 10 s window by which the next one is moved on."""
        import_pyannote()
        import torch
        from pyannote.audio import Inference, Model
        from pyannote.audio.pipelines.speaker_verification import PretrainedSpeakerEmbedding

        model = cast(Any, Model.from_pretrained(str(segmentation)))
        self._window_s = float(model.specifications.duration)
        self._segmentation: Any = Inference(
            model,
            duration=self._window_s,
            step=step * self._window_s,
            skip_aggregation=True,
            batch_size=32,
            device=torch.device(device),
        )
        self._embedding: Any = PretrainedSpeakerEmbedding(str(embedding), device=torch.device(device))

    def find_speech(self, samples: npt.NDArray[np.float32], sample_rate_hz: int) -> tuple[Span, ...]:
        """Where the segmentation model hears any voice. samples: mono float32 (n,)."""
        stretches = self._stretches(samples, sample_rate_hz)
        joined: list[Span] = []
        for span in stretches:
            if joined and joined[-1].end_ms == span.start_ms:
                joined[-1] = Span(joined[-1].start_ms, span.end_ms)
            else:
                joined.append(span)
        return tuple(joined)

    def embed(self, samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """float32 (192,), of length 1: the voice in these samples, mono at 16 kHz."""
        import torch

        embedding = self._embedding(torch.from_numpy(np.ascontiguousarray(samples))[None, None, :])[0]
        return np.asarray(embedding / (np.linalg.norm(embedding) + 1e-9), dtype=np.float32)

    def diarize(
        self,
        samples: npt.NDArray[np.float32],
        sample_rate_hz: int,
        *,
        max_speakers: int,
        same_voice: float,
    ) -> Diarization:
        """samples: mono float32 (n,) at 16 kHz. same_voice: cosine similarity from which two clusters are one voice.

        At least two clusters are made wherever there is enough speech: a call has two sides, and a voice split in two
        is mended by the roles, two voices taken for one are not.
        """
        stretches = self._stretches(samples, sample_rate_hz)
        per_ms = sample_rate_hz // 1000
        voices = [
            self.embed(samples[span.start_ms * per_ms : span.end_ms * per_ms])
            if span.length_ms >= _MIN_EMBED_MS
            else None
            for span in stretches
        ]
        speakers = cluster(stretches, voices, at_most=max_speakers, same_voice=same_voice)
        spans = tuple(
            SpeakerSpan(f"speaker-{speaker}", span.start_ms, span.end_ms)
            for span, speaker in zip(stretches, speakers, strict=True)
        )
        return Diarization(spans, stretches)

    def _stretches(self, samples: npt.NDArray[np.float32], sample_rate_hz: int) -> tuple[Span, ...]:
        import torch

        windows = self._segmentation({"waveform": torch.from_numpy(samples[None, :]), "sample_rate": sample_rate_hz})
        starts = [windows.sliding_window[i].start for i in range(len(windows.data))]
        found = cut_stretches(np.asarray(windows.data), starts, self._window_s)
        length_ms = len(samples) * 1000 // sample_rate_hz
        return tuple(Span(span.start_ms, min(span.end_ms, length_ms)) for span in found if span.start_ms < length_ms)


def cut_stretches(windows: npt.NDArray[np.float32], starts_s: Sequence[float], window_s: float) -> tuple[Span, ...]:
    """Speech, cut at pauses and where the speaker changes.

    windows: (windows, frames, local speakers), 0 or 1. starts_s: start of each window, s. A local speaker's number
    means nothing outside its window, so only changes inside a window are compared.
    """
    frames = windows.shape[1]
    per_window = round(window_s * 1000 / _GRID_MS)
    frame_of = np.minimum((np.arange(per_window) + 0.5) * frames / per_window, frames - 1).astype(int)
    size = round(starts_s[-1] * 1000 / _GRID_MS) + per_window + 1 if len(starts_s) else 0
    active, covered, changed = np.zeros(size), np.zeros(size), np.zeros(size)
    spread = _CHANGE_SPREAD_MS // _GRID_MS
    for window, start_s in zip(windows, starts_s, strict=True):
        start = round(start_s * 1000 / _GRID_MS)
        speakers = window[frame_of]
        count = speakers.sum(axis=1)
        active[start : start + per_window] += count > 0
        covered[start : start + per_window] += 1
        speaking = np.flatnonzero(count > 0)
        who = speakers[speaking].argmax(axis=1)
        for k in np.flatnonzero(np.diff(who)):
            middle = start + (speaking[k] + speaking[k + 1]) // 2
            changed[max(0, middle - spread) : middle + spread] += 1
    speech = (covered > 0) & (active >= 0.5 * covered)
    change = changed >= _CHANGE_VOTE * np.maximum(covered, 1)
    return tuple(
        Span(begin * _GRID_MS, end * _GRID_MS)
        for start, stop in _join_short_pauses(_runs(speech), change)
        for begin, end in _cut_at_changes(start, stop, change)
        if (end - begin) * _GRID_MS > _MIN_STRETCH_MS
    )


def _runs(mask: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _join_short_pauses(runs: Sequence[tuple[int, int]], change: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in runs:
        if joined and (start - joined[-1][1]) * _GRID_MS < _JOIN_MS and not change[joined[-1][1] : start + 1].any():
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _cut_at_changes(start: int, end: int, change: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    shortest = _MIN_PIECE_MS // _GRID_MS
    middles = [start + (a + b) // 2 for a, b in _runs(change[start:end])]
    cuts = [start, *(cut for cut in middles if cut - start > shortest and end - cut > shortest), end]
    return list(pairwise(cuts))


def cluster(
    stretches: Sequence[Span],
    voices: Sequence[npt.NDArray[np.float32] | None],
    *,
    at_most: int,
    same_voice: float,
) -> list[int]:
    """A speaker number for each stretch, by first appearance. voices: unit vectors, None for what is too short.

    Ward's method on the long stretches into at_most clusters; those alike are joined down to two.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    long = [i for i, span in enumerate(stretches) if voices[i] is not None and span.length_ms >= _MIN_CLUSTER_MS]
    if len(long) < 3:
        long = [i for i in range(len(stretches)) if voices[i] is not None]
    if len(long) < 2:
        return [0] * len(stretches)
    vectors = np.array([voices[i] for i in long])
    labels = fcluster(linkage(vectors, "ward"), at_most, "maxclust")
    names, centroids = _centroids(vectors, labels)
    while len(names) > 2:
        alike = centroids @ centroids.T - 2 * np.eye(len(names))
        one, other = np.unravel_index(int(alike.argmax()), alike.shape)
        if alike[one, other] < same_voice:
            break
        labels[labels == names[int(other)]] = names[int(one)]
        names, centroids = _centroids(vectors, labels)
    told = dict(zip(long, (names.index(label) for label in labels), strict=True))
    speakers: list[int] = []
    for i, voice in enumerate(voices):
        if i in told:
            speakers.append(told[i])
        elif voice is not None:
            speakers.append(int(np.argmax(centroids @ voice)))
        else:
            speakers.append(speakers[-1] if speakers else told[long[0]])
    order = {speaker: number for number, speaker in enumerate(dict.fromkeys(speakers))}
    return [order[speaker] for speaker in speakers]


def _centroids(vectors: npt.NDArray[np.float32], labels: npt.NDArray[Any]) -> tuple[list[int], npt.NDArray[Any]]:
    names = sorted(int(label) for label in set(labels))
    means = np.array([vectors[labels == name].mean(axis=0) for name in names])
    return names, means / (np.linalg.norm(means, axis=1, keepdims=True) + 1e-9)
