"""Decoded chunks to turns, and how much of the speech they cover."""

from __future__ import annotations

from dataclasses import replace

from pipeline.records import Coverage, Span, Tone, Turn, Word
from pipeline.speech.chunks import Chunk
from pipeline.speech.recognise import Heard
from pipeline.speech.turns import join_pieces, make_pieces, measure_coverage
from tests.speech.scene import words

CONFIDENT = 0.4


def heard(
    text: str,
    start_ms: int,
    end_ms: int,
    *,
    speaker: str = "a",
    confidence: float = 0.9,
    doubts: tuple[str, ...] = (),
    channel: int = 0,
) -> Heard:
    said = words(text, start_ms, end_ms, confidence=confidence) if text else ()
    return Heard(Chunk(start_ms, end_ms, speaker, channel), said, -0.3, 0.0, doubts)


def cover(
    *texts: Heard, speech: tuple[Span, ...], voice: tuple[Span, ...] = (), tones: tuple[Tone, ...] = ()
) -> Coverage:
    return measure_coverage(texts, [voice], [speech], tones=tones, word_confidence=CONFIDENT)


# ---------- turns


def test_a_chunk_with_text_is_a_piece_and_one_without_is_none() -> None:
    pieces = make_pieces([heard("你好", 0, 1_000), heard("", 1_000, 2_000), heard("再见", 2_000, 3_000, speaker="b")])
    assert [(piece.text, piece.speaker, piece.start_ms, piece.end_ms) for piece in pieces] == [
        ("你好", "a", 0, 1_000),
        ("再见", "b", 2_000, 3_000),
    ]
    assert {piece.role for piece in pieces} == {"unknown"}
    assert len({piece.id for piece in pieces}) == 2


def _pieces(*heard_texts: Heard) -> tuple[Turn, ...]:
    return tuple(replace(piece, role="caller", role_confidence=0.9) for piece in make_pieces(heard_texts))


def test_neighbours_of_one_speaker_are_one_turn_with_all_the_words() -> None:
    pieces = _pieces(heard("Hello there.", 0, 1_000), heard("This is Kevin.", 1_500, 3_000))
    (turn,) = join_pieces(pieces, gap_ms=1_200)
    assert (turn.text, turn.start_ms, turn.end_ms, turn.id) == ("Hello there. This is Kevin.", 0, 3_000, "t1")
    assert [word.text.strip() for word in turn.words] == ["Hello", "there.", "This", "is", "Kevin."]
    assert "".join(word.text for word in turn.words).strip() == turn.text


def test_mandarin_pieces_stay_apart_to_the_eye() -> None:
    (turn,) = join_pieces(_pieces(heard("您好", 0, 1_000), heard("请讲", 1_500, 3_000)), gap_ms=1_200)
    assert turn.text == "您好 请讲"


def test_a_long_pause_another_speaker_or_another_role_starts_a_new_turn() -> None:
    first, second = _pieces(heard("你好", 0, 1_000), heard("再见", 1_500, 2_500))
    assert len(join_pieces((first, second), gap_ms=400)) == 2
    assert len(join_pieces((first, replace(second, speaker="b")), gap_ms=1_200)) == 2
    assert len(join_pieces((first, replace(second, role="human")), gap_ms=1_200)) == 2
    assert [turn.id for turn in join_pieces((first, second), gap_ms=400)] == ["t1", "t2"]


def test_a_turn_is_as_sure_of_its_role_as_its_least_sure_piece() -> None:
    first, second = _pieces(heard("你好", 0, 1_000), heard("再见", 1_500, 2_500))
    (turn,) = join_pieces((first, replace(second, role_confidence=0.6)), gap_ms=1_200)
    assert turn.role_confidence == 0.6


# ---------- coverage


def test_confident_text_over_all_speech_is_full_coverage() -> None:
    found = cover(heard("我们在说话呢", 0, 4_000), speech=(Span(0, 4_000),))
    assert (found.speech_ms, found.transcribed_ms, found.ratio, found.gaps) == (4_000, 4_000, 1.0, ())


def test_speech_in_no_chunk_is_a_gap() -> None:
    found = cover(heard("我们在说话呢", 0, 4_000), speech=(Span(0, 4_000), Span(6_000, 10_000)))
    assert 0.45 <= found.ratio <= 0.55
    (gap,) = found.gaps
    assert (gap.start_ms, gap.end_ms, gap.reason) == (6_000, 10_000, "no_text")


def test_what_only_the_other_detector_heard_counts_as_speech() -> None:
    found = cover(heard("我们在说话呢", 0, 4_000), speech=(Span(0, 4_000),), voice=(Span(0, 4_000), Span(6_000, 8_000)))
    assert found.speech_ms == 6_000 and found.ratio < 0.7


def test_a_chunk_without_text_is_a_gap() -> None:
    found = cover(heard("我们在说话呢", 0, 4_000), heard("", 5_000, 7_000), speech=(Span(0, 4_000), Span(5_000, 7_000)))
    assert [(gap.start_ms, gap.end_ms, gap.reason) for gap in found.gaps] == [(5_000, 7_000, "no_text")]
    assert found.transcribed_ms == 4_000


def test_text_the_audit_disbelieves_is_a_gap_with_the_reason() -> None:
    for reason in ("hallucination", "repeated"):
        found = cover(heard("谢谢观看", 0, 4_000, doubts=(reason,)), speech=(Span(0, 4_000),))
        assert (found.ratio, found.gaps[0].reason) == (0.0, reason)


def test_a_run_of_unsure_words_is_a_gap_and_one_bad_character_is_not() -> None:
    said = list(words("我们现在正在说一句很长的话", 0, 13_000))
    one_bad = [replace(word, confidence=0.1) if i == 6 else word for i, word in enumerate(said)]
    bad_half = [replace(word, confidence=0.1) if i >= 6 else word for i, word in enumerate(said)]
    chunk = Chunk(0, 13_000, "a")
    whole = (Span(0, 13_000),)
    assert cover(Heard(chunk, tuple(one_bad), -0.3, 0.0), speech=whole).ratio == 1.0
    found = cover(Heard(chunk, tuple(bad_half), -0.3, 0.0), speech=whole)
    assert 0.3 < found.ratio < 0.7
    (gap,) = found.gaps
    assert gap.reason == "low_confidence" and gap.end_ms == 13_000 and 4_000 <= gap.start_ms <= 7_000


def test_text_alone_covers_nothing() -> None:
    found = cover(heard("谁也没说话", 0, 4_000), speech=())
    assert (found.speech_ms, found.transcribed_ms, found.ratio) == (0, 0, 0.0)


def test_each_channel_is_covered_by_its_own_text() -> None:
    texts = [heard("你好你好你好", 0, 2_000), heard("", 0, 2_000, speaker="b", channel=1)]
    spans = [(Span(0, 2_000),), (Span(0, 2_000),)]
    found = measure_coverage(texts, [(), ()], spans, tones=(), word_confidence=CONFIDENT)
    assert (found.speech_ms, found.transcribed_ms, found.ratio) == (4_000, 2_000, 0.5)


def test_no_speech_is_no_coverage_and_no_error() -> None:
    assert cover(speech=()) == Coverage(0, 0, 0.0, ())


def test_words_keep_their_own_times() -> None:
    word = Word("九", 100, 400, 0.8, estimated=True)
    (piece,) = make_pieces([Heard(Chunk(0, 1_000, "a"), (word,), -0.3, 0.0)])
    assert piece.words == (word,)
