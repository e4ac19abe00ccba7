"""Windows to stretches, stretches to speakers; no model, arrays made by hand."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.records import Span
from pipeline.speech.diarize import cluster, cut_stretches
from tests.speech.scene import voice

FRAMES, WINDOW_S, STEP_S = 500, 10.0, 2.5


def windows(
    speech: Sequence[tuple[int, int, int]], length_ms: int, *, swap: bool = False
) -> tuple[npt.NDArray[np.float32], list[float]]:
    """What the segmentation would say of (start, end, speaker 0-2) in ms.

    swap: every second window numbers its speakers the other way round, as the model may.
    """
    starts = [float(at) for at in np.arange(0, max(1.0, length_ms / 1000 - WINDOW_S + STEP_S), STEP_S)]
    found = np.zeros((len(starts), FRAMES, 3), np.float32)
    frame_ms = WINDOW_S * 1000 / FRAMES
    for number, start_s in enumerate(starts):
        times = start_s * 1000 + (np.arange(FRAMES) + 0.5) * frame_ms
        for begin, end, speaker in speech:
            local = (2 - speaker) if swap and number % 2 else speaker
            found[number, (times >= begin) & (times < end), local] = 1
    return found, starts


def near(spans: Sequence[Span], expected: Sequence[tuple[int, int]], *, within_ms: int = 60) -> bool:
    return len(spans) == len(expected) and all(
        abs(span.start_ms - start) <= within_ms and abs(span.end_ms - end) <= within_ms
        for span, (start, end) in zip(spans, expected, strict=True)
    )


def test_speech_is_cut_at_pauses() -> None:
    found, starts = windows([(1_000, 4_000, 0), (6_000, 9_000, 0)], 20_000)
    assert near(cut_stretches(found, starts, WINDOW_S), [(1_000, 4_000), (6_000, 9_000)])


def test_speech_is_cut_where_the_speaker_changes_without_a_pause() -> None:
    found, starts = windows([(1_000, 8_000, 0), (8_000, 9_000, 1), (9_000, 15_000, 0)], 20_000)
    assert near(cut_stretches(found, starts, WINDOW_S), [(1_000, 8_000), (8_000, 9_000), (9_000, 15_000)])


def test_the_numbers_of_speakers_mean_nothing_outside_their_window() -> None:
    speech = [(1_000, 8_000, 0), (8_000, 12_000, 2), (12_000, 18_000, 0)]
    plain = cut_stretches(*windows(speech, 20_000), WINDOW_S)
    assert cut_stretches(*windows(speech, 20_000, swap=True), WINDOW_S) == plain
    one = cut_stretches(*windows([(1_000, 18_000, 0)], 20_000, swap=True), WINDOW_S)
    assert near(one, [(1_000, 18_000)])


def test_a_breath_inside_a_sentence_is_no_cut() -> None:
    found, starts = windows([(1_000, 4_000, 0), (4_100, 7_000, 0)], 20_000)
    assert near(cut_stretches(found, starts, WINDOW_S), [(1_000, 7_000)])


def test_what_one_window_alone_hears_is_not_speech() -> None:
    found, starts = windows([(1_000, 4_000, 0)], 20_000)
    found[0, 400:450, 0] = 1  # 8 s to 9 s, inside four windows
    assert near(cut_stretches(found, starts, WINDOW_S), [(1_000, 4_000)])


def test_two_at_once_are_one_stretch_until_the_first_goes_on_alone() -> None:
    found, starts = windows([(1_000, 6_000, 0), (5_000, 9_000, 1)], 20_000)
    spans = cut_stretches(found, starts, WINDOW_S)
    assert (spans[0].start_ms, spans[-1].end_ms) == (1_000, 9_000)
    assert len(spans) == 2 and 4_900 <= spans[0].end_ms <= 6_100


def test_silence_has_no_stretches() -> None:
    assert cut_stretches(*windows([], 20_000), WINDOW_S) == ()


# ---------- clusters


def stretches(*lengths_ms: int) -> list[Span]:
    spans, at = [], 0
    for length in lengths_ms:
        spans.append(Span(at, at + length))
        at += length + 200
    return spans


def speakers(spans: Sequence[Span], voices: Sequence[npt.NDArray[np.float32] | None]) -> list[int]:
    return cluster(spans, voices, at_most=4, same_voice=0.8)


def test_two_voices_are_told_apart_and_numbered_as_they_appear() -> None:
    spans = stretches(*[2_000] * 6)
    told = [voice(7, noise=0.2, seed=0), voice(3, noise=0.2, seed=1)]
    told += [voice(3, noise=0.2, seed=2), voice(7, noise=0.2, seed=3)]
    told += [voice(7, noise=0.2, seed=4), voice(3, noise=0.2, seed=5)]
    assert speakers(spans, told) == [0, 1, 1, 0, 0, 1]


def test_three_voices_stay_three() -> None:
    names = [1, 2, 3, 1, 2, 3, 1, 2]
    told = [voice(name, noise=0.2, seed=i) for i, name in enumerate(names)]
    assert speakers(stretches(*[2_000] * 8), told) == [0, 1, 2, 0, 1, 2, 0, 1]


def test_a_short_stretch_joins_the_voice_it_is_most_like() -> None:
    told = [voice(1), voice(2), voice(1), voice(2), voice(2, noise=0.5, seed=9)]
    assert speakers(stretches(2_000, 2_000, 2_000, 2_000, 500), told) == [0, 1, 0, 1, 1]


def test_a_stretch_too_short_for_a_voice_stays_with_the_one_before() -> None:
    told = [voice(1), voice(2), voice(1), voice(2), None]
    assert speakers(stretches(2_000, 2_000, 2_000, 2_000, 200), told) == [0, 1, 0, 1, 1]


def test_without_any_voice_there_is_one_speaker() -> None:
    assert speakers(stretches(200, 200, 200), [None, None, None]) == [0, 0, 0]
    assert speakers([], []) == []


# ---------- the library behind it

STUB = """
import sys
{before}
from pipeline.speech import _pyannote
_pyannote._make_torchaudio_importable()
extension = sys.modules.get("torchaudio._extension")
print("stub" if extension is not None and getattr(extension, "__spec__", None) is None else "own")
"""


def stubbed(package: str, folder: str) -> str:
    before = f"sys.path.insert(0, {folder!r})"
    done = subprocess.run(
        [sys.executable, "-c", STUB.format(before=before)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_stub_stands_in_only_where_the_extension_cannot_load(tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    for name, extension, expected in (
        ("whole", "loaded = True\n", "own"),
        ("broken", "raise OSError('libcudart.so.13: cannot open shared object file')\n", "stub"),
    ):
        folder = tmp_path_factory.mktemp(name)
        package = folder / "torchaudio"
        (package / "_extension").mkdir(parents=True)
        (package / "__init__.py").write_text("from . import _extension\n")
        (package / "_extension" / "__init__.py").write_text(extension)
        assert stubbed("torchaudio", str(folder)) == expected


def test_an_installation_without_torchaudio_is_not_papered_over(tmp_path) -> None:  # type: ignore[no-untyped-def]
    package = tmp_path / "torchaudio"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError('no torchaudio here')\n")
    before = f"sys.path.insert(0, {str(tmp_path)!r})"
    done = subprocess.run([sys.executable, "-c", STUB.format(before=before)], capture_output=True, text=True)
    assert done.returncode != 0 and "no torchaudio here" in done.stderr
