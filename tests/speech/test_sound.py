"""What the waveforms decide: the other side's voice in a channel, and the same sound twice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.records import Audio, Span, Turn
from pipeline.speech.crosstalk import without_crosstalk
from pipeline.speech.repeats import find_repeats
from tests.speech.scene import words

RATE_HZ = 16_000
Sound = npt.NDArray[np.float32]


def speechlike(length_ms: int, seed: int) -> Sound:
    """Noise of a telephone's band that swells and falls as syllables do; unlike for each seed."""
    rng = np.random.default_rng(seed)
    count = RATE_HZ * length_ms // 1000
    spectrum = np.fft.rfft(rng.standard_normal(count))
    hz = np.fft.rfftfreq(count, 1 / RATE_HZ)
    spectrum[(hz < 300) | (hz > 3_400)] = 0
    sound = np.fft.irfft(spectrum, count)
    syllables = np.arange(0, count + 2_000, 2_000)
    swell = np.interp(np.arange(count), syllables, rng.uniform(0.1, 1, len(syllables)))
    return (0.2 * sound * swell / np.abs(sound).max()).astype(np.float32)


def noise(count: int, level: float, seed: int) -> Sound:
    return (level * np.random.default_rng(seed).standard_normal(count)).astype(np.float32)


# ---------- crosstalk


def _two_channels(leak: float, lag_ms: int = 20) -> tuple[Audio, Sound]:
    """The caller on channel 0 from 0 to 2 s, leaking into channel 1; the callee there from 3 s to 4 s."""
    far, near = np.zeros(5 * RATE_HZ, np.float32), noise(5 * RATE_HZ, 1e-4, 9)
    far[: 2 * RATE_HZ] = speechlike(2_000, 1)
    near[3 * RATE_HZ : 4 * RATE_HZ] += speechlike(1_000, 2)
    lag = lag_ms * RATE_HZ // 1000
    near[lag:] += leak * far[:-lag]
    return Audio(np.stack([far, near]), RATE_HZ), near


def test_the_other_sides_voice_in_a_channel_is_not_speech_of_this_side() -> None:
    audio, _ = _two_channels(leak=0.03)
    spans = [(Span(0, 2_000),), (Span(0, 2_000), Span(3_000, 4_000))]
    assert without_crosstalk(audio, spans) == [(Span(0, 2_000),), (Span(3_000, 4_000),)]


def test_someone_talking_quietly_over_the_other_is_kept() -> None:
    audio, near = _two_channels(leak=0.0)
    near[: 2 * RATE_HZ] += 0.1 * speechlike(2_000, 5)
    both = Audio(np.stack([audio.samples[0], near]), RATE_HZ)
    spans = [(Span(0, 2_000),), (Span(0, 2_000), Span(3_000, 4_000))]
    assert without_crosstalk(both, spans) == spans


def test_a_copy_as_loud_as_the_voice_is_kept_since_nobody_can_say_whose_it_is() -> None:
    audio, _ = _two_channels(leak=0.9)
    spans = [(Span(0, 2_000),), (Span(0, 2_000),)]
    assert without_crosstalk(audio, spans) == spans


# ---------- repeats

SENTENCE = "请问您现在方便听我介绍一下吗"


def _call(
    first: Sound, again: Sound, *, texts: tuple[str, str] = (SENTENCE, SENTENCE), role: str = "caller"
) -> tuple[Audio, tuple[Turn, ...]]:
    """Two sounds 5 s apart in a line's noise, each with its words."""
    samples = noise(12 * RATE_HZ, 0.004, 20)
    turns = []
    for number, (sound, text, start_ms) in enumerate(zip((first, again), texts, (1_000, 6_000), strict=True), 1):
        samples[start_ms * 16 : start_ms * 16 + len(sound)] += sound
        end_ms = start_ms + len(sound) // 16
        said = words(text, start_ms, end_ms)
        turns.append(Turn(f"t{number}", role, 0.9, "a", start_ms, end_ms, text, 0.9, said))  # type: ignore[arg-type]
    return Audio(samples[None, :], RATE_HZ), tuple(turns)


def test_the_same_sound_twice_is_found_through_noise() -> None:
    sound = speechlike(3_000, 3)
    audio, turns = _call(sound, sound + noise(len(sound), 0.01, 4))
    (repeat,) = find_repeats(audio, turns, "zh", channel=0)
    assert (repeat.first, repeat.again) == (Span(1_000, 4_000), Span(6_000, 9_000))
    assert repeat.correlation > 0.5


def test_the_same_sound_is_found_where_the_word_times_are_off() -> None:
    sound = speechlike(3_000, 3)
    audio, turns = _call(sound, np.concatenate([np.zeros(500 * 16, np.float32), sound]))
    assert len(find_repeats(audio, turns, "zh", channel=0)) == 1


def test_the_same_words_in_another_reading_are_no_repeat() -> None:
    audio, turns = _call(speechlike(3_000, 3), speechlike(3_000, 4))
    assert find_repeats(audio, turns, "zh", channel=0) == ()


def test_the_callee_saying_the_same_twice_is_not_looked_at() -> None:
    sound = speechlike(3_000, 3)
    audio, turns = _call(sound, sound, role="callee")
    assert find_repeats(audio, turns, "zh", channel=0) == ()


def test_too_few_common_words_are_not_looked_at() -> None:
    sound = speechlike(3_000, 3)
    audio, turns = _call(sound, sound, texts=("您好我是小李请您听我说", "今天利息很低马上办理吧"))
    assert find_repeats(audio, turns, "zh", channel=0) == ()


def test_silence_said_to_be_words_is_no_repeat() -> None:
    audio, turns = _call(speechlike(3_000, 3), speechlike(3_000, 3))
    empty = Audio(np.zeros_like(audio.samples), RATE_HZ)
    assert find_repeats(empty, turns, "zh", channel=0) == ()
