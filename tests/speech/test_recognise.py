"""The audit of what the recogniser wrote, and how a chunk it gave up on is cut; no model."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.chunks import Chunk
from pipeline.speech.recognise import Heard, doubt, possible_words, split_at_quiet
from pipeline.speech.windows import window_of
from tests.speech.scene import words

RATE_HZ = 16_000
ZH = "您好我是平安普惠的智能客服小安请问您方便吗"
EN = "Hello, this is Kevin with Bright Path Solar and I have a question for you."


def heard(text: str, length_ms: int, *, logprob: float = -0.3, no_speech: float = 0.05) -> Heard:
    chunk = Chunk(1_000, 1_000 + length_ms, "a")
    return Heard(chunk, words(text, 1_000, 1_000 + length_ms) if text else (), logprob, no_speech)


def doubts(text: str, length_ms: int, language: str = "zh", **signs: float) -> tuple[str, ...]:
    return doubt(heard(text, length_ms, **signs), language).doubts


@pytest.mark.parametrize(("text", "length_ms", "language"), [(ZH, 5_000, "zh"), (EN, 5_000, "en"), ("喂", 400, "zh")])
def test_plain_text_at_a_human_pace_is_not_doubted(text: str, length_ms: int, language: str) -> None:
    assert doubts(text, length_ms, language) == ()


def test_speech_without_text_is_doubted() -> None:
    assert doubts("", 3_000) == ("no_text",)
    assert doubts("…。", 3_000) == ("no_text",)


def test_text_too_short_for_its_time_is_doubted_but_not_a_short_answer() -> None:
    assert doubts("好的", 10_000) == ("too_little_text",)
    assert doubts("Okay.", 10_000, "en") == ("too_little_text",)
    assert doubts("好", 2_000) == ()


def test_text_too_long_for_its_time_is_doubted() -> None:
    assert "too_much_text" in doubts(ZH, 1_000)
    assert "too_much_text" in doubts(EN, 1_000, "en")


def test_a_phrase_over_and_over_is_doubted() -> None:
    assert "repeated" in doubts("感谢观看" * 20, 20_000)
    assert "repeated" in doubts("Thank you. " * 30, 20_000, "en")


def test_what_the_recogniser_itself_is_unsure_of_is_doubted() -> None:
    assert doubts(ZH, 5_000, logprob=-1.4) == ("low_confidence",)


def test_text_where_it_hears_no_speech_is_a_hallucination_only_if_it_is_also_unsure() -> None:
    assert "hallucination" in doubts(ZH, 5_000, logprob=-1.4, no_speech=0.9)
    assert doubts(ZH, 5_000, no_speech=0.9) == ()


def test_the_audit_flags_and_deletes_nothing() -> None:
    text = heard("感谢观看" * 20, 1_000, logprob=-3.0, no_speech=0.99)
    assert doubt(text, "zh").words == text.words


def test_a_second_audit_forgets_the_first() -> None:
    once = doubt(heard(ZH, 1_000), "zh")
    assert doubt(once, "zh") == once


def test_of_a_loop_only_what_could_have_been_said_is_kept() -> None:
    text = heard("谢谢" * 40, 2_000)
    kept = possible_words(text.words, text.chunk, "zh")
    assert 0 < len(kept) < len(text.words)
    assert kept == text.words[: len(kept)]
    assert "too_much_text" not in doubt(Heard(text.chunk, kept, -0.3, 0.0), "zh").doubts
    plain = heard(ZH, 5_000)
    assert possible_words(plain.words, plain.chunk, "zh") == plain.words


def _talk_with_pauses(length_ms: int, pauses_ms: list[int]) -> np.ndarray:
    sound = np.random.default_rng(1).standard_normal(RATE_HZ * length_ms // 1000).astype(np.float32) * 0.1
    for at in pauses_ms:
        sound[(at - 150) * 16 : (at + 150) * 16] *= 0.001
    return sound


def test_a_chunk_is_cut_where_it_is_quietest() -> None:
    sound = _talk_with_pauses(20_000, [6_000, 10_500])
    pieces = split_at_quiet(sound, Chunk(1_000, 17_000, "a", 0))
    cuts = [piece.end_ms for piece in pieces[:-1]]
    assert len(cuts) == 2 and abs(cuts[0] - 6_000) <= 200 and abs(cuts[1] - 10_500) <= 200


@given(st.integers(0, 3_000), st.integers(10_000, 24_000))
def test_the_pieces_are_the_whole_chunk_and_keep_its_speaker_and_channel(start_ms: int, length_ms: int) -> None:
    sound = np.random.default_rng(2).standard_normal(30 * RATE_HZ).astype(np.float32)
    chunk = Chunk(start_ms, start_ms + length_ms, "b", 1)
    pieces = split_at_quiet(sound, chunk)
    assert (pieces[0].start_ms, pieces[-1].end_ms) == (chunk.start_ms, chunk.end_ms)
    assert all(before.end_ms == after.start_ms for before, after in pairwise(pieces))
    assert {(piece.speaker, piece.channel) for piece in pieces} == {("b", 1)}
    assert all(0 < piece.end_ms - piece.start_ms <= 8_000 for piece in pieces)


def test_no_piece_is_a_sliver() -> None:
    steady = np.full(12 * RATE_HZ, 0.1, np.float32)
    pieces = split_at_quiet(steady, Chunk(0, 10_020, "a"))
    assert min(piece.end_ms - piece.start_ms for piece in pieces) >= 1_000


def test_a_chunk_takes_the_first_window_that_holds_it_with_room_to_spare() -> None:
    windows = (10.0, 20.0, 30.0)
    assert [window_of(seconds, windows) for seconds in (2.0, 9.0, 9.1, 19.5, 29.5)] == [10.0, 10.0, 20.0, 30.0, 30.0]
    assert window_of(2.0, (30.0,)) == 30.0
