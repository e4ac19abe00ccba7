"""scripts/make_heard and what it left in scripts/corpus/heard. No audio, no model: the voice is a tone a character."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from _heard.align import carry_over, error_rate, units  # noqa: E402
from _heard.choose import Utterance, choose, read_corpus  # noqa: E402
from _heard.recipe import CODECS, EDGE_S, recipe_for, spoken_text  # noqa: E402
from _heard.rows import fits, read_rows, row, write_rows  # noqa: E402
from _heard.speak import clip_path, record, write_clip  # noqa: E402
from _samples.signals import RATE_HZ, active_rms  # noqa: E402

from pipeline.records import CALLEE_LABELS, CALLER_LABELS  # noqa: E402

CORPUS = ROOT / "scripts" / "corpus"
KEYS = {
    *("of", "text", "spans", "family", "role", "before"),
    *("voice", "speed", "codec", "noise", "snr_db", "cer"),
}
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


class TonePerCharacter:
    """60 ms of a sine a character, its pitch from the character, 50 ms of silence before and after."""

    rate_hz = 24000

    def say(self, text: str, *, voice: str, language: str, speed: float) -> npt.NDArray[np.float32]:
        t = np.arange(round(0.06 / speed * self.rate_hz)) / self.rate_hz
        tones = [np.sin(2 * np.pi * (500 + ord(letter) * 37 % 2500) * t) for letter in text]
        return np.pad(0.3 * np.concatenate(tones), round(0.05 * self.rate_hz)).astype(np.float32)


def utterance(text: str, *spans: dict[str, Any], language: str = "en", role: str = "caller") -> Utterance:
    return Utterance(language, role, text, "", "human_offer/test", "us", spans)


def heard(language: str) -> list[dict[str, Any]]:
    return list(read_rows(CORPUS / "heard" / f"{language}.jsonl").values())


def corpus(language: str) -> dict[str, Utterance]:
    return {u.key: u for u in read_corpus(CORPUS, language)}


# --- what is in the repository


@LANGUAGES
def test_every_line_is_of_an_utterance_of_the_corpus_and_says_of_it_what_the_corpus_says(language: str) -> None:
    of = corpus(language)
    for line in heard(language):
        assert set(line) == KEYS, line
        assert line["of"] in of, line
        source = of[line["of"]]
        assert (line["family"], line["role"], line["before"]) == (source.family, source.role, source.before)
        assert fits(line, recipe_for(source)), line
        assert [(s["label"], s.get("level")) for s in line["spans"]] == [
            (s["label"], s.get("level")) for s in source.spans
        ]


@LANGUAGES
def test_no_utterance_stands_twice(language: str) -> None:
    lines = (CORPUS / "heard" / f"{language}.jsonl").read_text("utf-8").splitlines()
    assert len({json.loads(line)["of"] for line in lines}) == len(lines)


@LANGUAGES
def test_every_quote_is_verbatim_in_what_was_heard(language: str) -> None:
    for line in heard(language):
        for span in line["spans"]:
            assert 0.0 <= span["kept"] <= 1.0
            if "quote" in span:
                assert span["quote"] and span["quote"] in line["text"], line


@LANGUAGES
def test_the_lines_are_what_the_texts_give_today(language: str) -> None:
    """After the corpus or the alignment changes: scripts/make_heard --only labels."""
    of = corpus(language)
    assert [line for line in heard(language) if line != row(of[line["of"]], line["text"])] == []


def test_there_are_enough_lines_over_every_label() -> None:
    for language, least in (("zh", 400), ("en", 300)):
        lines = heard(language)
        assert len(lines) >= least
        labels = Counter(label for line in lines for label in {span["label"] for span in line["spans"]})
        assert all(labels[label] >= 12 for label in CALLER_LABELS + CALLEE_LABELS), (language, labels)
        assert sum(not line["spans"] for line in lines) >= 50


# --- the draw


@LANGUAGES
def test_the_draw_is_the_same_whatever_order_the_corpus_is_read_in(language: str) -> None:
    lines = read_corpus(CORPUS, language)
    assert {u.key for u in choose(lines)} == {u.key for u in choose(tuple(reversed(lines)))}
    assert choose(lines) == choose(lines)


@LANGUAGES
def test_a_family_is_drawn_whole_or_not_at_all(language: str) -> None:
    lines = [u for u in read_corpus(CORPUS, language) if u.is_speakable]
    drawn = choose(lines)
    families = {u.family for u in drawn}
    assert {u.key for u in drawn} == {u.key for u in lines if u.family in families}


@LANGUAGES
def test_mending_a_label_changes_neither_the_draw_nor_the_recordings(language: str) -> None:
    lines = read_corpus(CORPUS, language)
    mended = tuple(replace(u, spans=()) for u in lines)
    assert [(u.key, recipe_for(u)) for u in choose(mended)] == [(u.key, recipe_for(u)) for u in choose(lines)]


@LANGUAGES
def test_every_hundred_of_the_draw_touch_nearly_every_label(language: str) -> None:
    heads = {u.head for u in choose(read_corpus(CORPUS, language))[:150]}
    assert len(heads) >= 18


def test_long_turns_and_written_cantonese_are_not_spoken() -> None:
    assert utterance("请按零转人工。", language="zh").is_speakable
    assert not utterance("你講乜嘢呀？", language="zh").is_speakable
    assert not utterance("请按零转人工，" * 8, language="zh").is_speakable


def test_the_parts_written_later_are_left_alone(tmp_path: Path) -> None:
    line = {"language": "en", "role": "caller", "before": "", "spans": [], "family": "none/x"}
    for part in ("a-1", "c-1"):
        (tmp_path / f"en-{part}.jsonl").write_text(json.dumps(line | {"text": f"From {part}."}) + "\n")
    assert [u.text for u in read_corpus(tmp_path, "en")] == ["From a-1."]


# --- the recording


def test_the_key_follows_what_is_said_and_by_whom() -> None:
    one = utterance("Press zero for a person.")
    assert one.key == utterance("Press zero for a person.", {"label": "human_offer", "quote": "a person"}).key
    assert one.key != replace(one, before="Hello?").key
    assert one.key != replace(one, role="callee").key


def test_voices_codecs_and_noise_are_spread_over_the_draw() -> None:
    for language in ("zh", "en"):
        recipes = [recipe_for(u) for u in choose(read_corpus(CORPUS, language))]
        assert {recipe.codec for recipe in recipes} == set(CODECS)
        assert max(Counter(recipe.voice for recipe in recipes).values()) < len(recipes) / 5
        assert {recipe.noise for recipe in recipes} == {"pink", "babble"}
        levels = sorted(recipe.snr_db for recipe in recipes)
        assert levels[0] >= 10 and levels[-1] <= 25 and levels[-1] - levels[0] > 10


def test_speech_stands_between_two_edges_of_line_noise_at_the_level_drawn() -> None:
    said = utterance("Press zero for a person.")
    recipe = replace(recipe_for(said), codec="pcm", noise="pink", snr_db=20.0)
    sound = record(said, recipe, TonePerCharacter())[0]
    edge = round(EDGE_S * RATE_HZ)
    noise = float(np.sqrt(np.mean(np.concatenate([sound[: edge - 100], sound[100 - edge :]]) ** 2)))
    assert noise > 0
    speech = active_rms(sound[edge:-edge])
    assert 20 * np.log10(speech / noise) == pytest.approx(20, abs=1.5)


def test_a_recording_is_made_once_and_is_the_same_each_time(tmp_path: Path) -> None:
    said = utterance("Press zero.")
    first = write_clip(said, TonePerCharacter(), tmp_path / "a")
    again = write_clip(said, TonePerCharacter(), tmp_path / "b")
    assert first == clip_path(tmp_path / "a", said, recipe_for(said))
    assert first.read_bytes() == again.read_bytes()
    first.write_bytes(b"kept")
    assert write_clip(said, TonePerCharacter(), tmp_path / "a").read_bytes() == b"kept"


def test_transcript_style_english_is_spoken_as_it_was_meant() -> None:
    assert spoken_text(utterance("no im not a i and i dont know")) == "no I'm not A.I. and i don't know"
    assert spoken_text(utterance("You dig imprints.")) == "You dig imprints."


# --- carrying the labels over


def test_mandarin_spans_follow_the_sounds_through_wrong_characters() -> None:
    text, found = "好的。如果需要人工服务，请按零转人工，谢谢。", "好的如果需要人工府務,請按0傳人工 謝謝"
    spans = [{"label": "human_offer", "quote": "请按零转人工"}]
    (span,) = carry_over(text, found, spans, "zh")
    assert span["quote"] == "請按0傳人工"
    assert span["kept"] > 0.9


def test_english_spans_come_back_in_whole_words() -> None:
    text = "hi there im calling from larkfield mutual press one to talk to someone"
    found = "Hi there, I'm calling from Lark Field Mutual. Press 1 to talk to someone."
    spans = [
        {"label": "caller_identity", "quote": "calling from larkfield mutual"},
        {"label": "human_offer", "quote": "press one to talk to someone"},
    ]
    assert [span["quote"] for span in carry_over(text, found, spans, "en")] == [
        "calling from Lark Field Mutual",
        "Press 1 to talk to someone",
    ]


@pytest.mark.parametrize(
    ("language", "text", "found", "quote"),
    [
        ("zh", "您好，我是智能语音助手，给您送件。", "您好给您送件", "我是智能语音助手"),
        ("zh", "您好，我是智能语音助手，给您送件。", "您好,飞机场那边堵车了嘛,给您送件", "我是智能语音助手"),
        ("en", "Hello, this is a recorded line, how are you?", "Hello, how are you?", "this is a recorded line"),
        ("en", "Hello.", "", "Hello"),
    ],
)
def test_a_span_that_was_not_heard_keeps_its_label_and_loses_its_quote(
    language: str, text: str, found: str, quote: str
) -> None:
    (span,) = carry_over(text, found, [{"label": "refusal", "level": 3, "quote": quote}], language)
    assert "quote" not in span
    assert (span["label"], span["level"]) == ("refusal", 3)
    assert span["kept"] < 0.5


def test_the_error_rate_counts_neither_script_nor_punctuation_nor_how_digits_are_written() -> None:
    def rate(source: str, found: str, language: str) -> float:
        return error_rate(units(source, language), units(found, language))

    assert rate("请按零，转人工。", "請按0轉人工", "zh") == 0.0
    assert rate("I'm here, press one.", "im here press 1", "en") == 0.0
    assert rate("请按零转人工", "请按零传人工", "zh") == pytest.approx(1 / 6)
    assert rate("press one", "", "en") == 1.0


def test_lines_survive_being_written_and_read(tmp_path: Path) -> None:
    said = utterance("Press one to talk to someone.", {"label": "human_offer", "quote": "Press one to talk to someone"})
    line = row(said, "Press 1 to talk to someone.")
    write_rows(tmp_path / "deep" / "en.jsonl", [line])
    assert read_rows(tmp_path / "deep" / "en.jsonl") == {said.key: line}
    assert fits(line, recipe_for(said))
    assert not fits(line, replace(recipe_for(said), codec="mp3"))
    assert read_rows(tmp_path / "none.jsonl") == {}
