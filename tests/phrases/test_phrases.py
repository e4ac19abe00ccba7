"""Phrases found in text, by words and by sound."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.phrases import Hit, PhraseBook, blank, match_copy, read_phrase, syllable_cost, syllables

GARBLED = "好的，意境為您等級推頂，祝您生活愉快。"


def find_zh(phrase: str, text: str, *, by_sound: bool = True, breaks: frozenset[int] = frozenset()) -> list[Hit]:
    heard = frozenset({"key"}) if by_sound else frozenset()
    return PhraseBook("zh", {"key": [phrase]}, heard).find(text, breaks=breaks)


def find_en(phrase: str, text: str, *, breaks: frozenset[int] = frozenset()) -> list[Hit]:
    return PhraseBook("en", {"key": [phrase]}, frozenset()).find(text, breaks=breaks)


def quotes(hits: list[Hit], text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in hits]


# ---------- the copy that is matched on


@given(st.text(), st.sampled_from(["zh", "en"]))
def test_the_copy_is_as_long_as_the_text_so_that_offsets_hold_in_both(text: str, language: str) -> None:
    assert len(match_copy(text, language)) == len(text)


@given(st.text(alphabet="臺灣機器人為您轉接ﬁ½①ＡＩ０９İß㍿0123456789 ’“", max_size=30))
def test_the_copy_keeps_its_length_over_characters_that_fold_to_several(text: str) -> None:
    assert len(match_copy(text, "zh")) == len(text)


@pytest.mark.parametrize(
    ("text", "language", "copy"),
    [
        ("機器人為您轉接", "zh", "机器人为您转接"),
        ("按0轉人工", "zh", "按零转人工"),
        ("ＡＩ客服", "zh", "ai客服"),
        ("Press 0, it’s “FREE”", "en", 'press 0, it\'s "free"'),
    ],
)
def test_script_width_case_and_digits_are_folded(text: str, language: str, copy: str) -> None:
    assert match_copy(text, language) == copy


# ---------- sound


def test_every_character_has_one_syllable_without_tone() -> None:
    assert syllables("转人工") == ["zhuan", "ren", "gong"]
    assert len(syllables("你好, AI客服3号!")) == len("你好, AI客服3号!")


def test_polyphones_are_read_by_their_word() -> None:
    assert syllables("银行")[1] == "hang"
    assert syllables("行走")[0] == "xing"


@given(st.text(max_size=20))
def test_any_text_has_as_many_syllables_as_characters(text: str) -> None:
    assert len(syllables(text)) == len(text)


HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)


@given(HAN, HAN)
@settings(deadline=None)
def test_the_cost_of_a_syllable_is_symmetric_and_nothing_for_itself(one: str, other: str) -> None:
    (a,), (b,) = syllables(one), syllables(other)
    assert syllable_cost(a, b) == syllable_cost(b, a) >= 0
    assert syllable_cost(a, a) == 0
    assert a == b or syllable_cost(a, b) > 0


def test_confusions_of_the_ear_cost_less_than_other_sounds() -> None:
    for near in (("li", "ni"), ("shan", "san"), ("ren", "reng"), ("fei", "hei")):
        assert syllable_cost(*near) < 0.2
    assert syllable_cost("ren", "ma") > 0.9


@pytest.mark.parametrize(
    ("phrase", "text", "heard"),
    [
        ("已经为您登记退订", GARBLED, "意境為您等級推頂"),
        ("转人工服务", "那你帮我传人工服务吧", "传人工服务"),
        ("转人工", "帮我转任公", "转任公"),
        ("由人工客服为您", "由人功客服為您解答", "由人功客服為您"),
        ("请按九", "退订请按酒", "请按酒"),
        ("机器人打的", "几器人打的", "几器人打的"),
    ],
)
def test_wrong_characters_with_the_right_sounds_are_found_in_their_place(phrase: str, text: str, heard: str) -> None:
    hits = find_zh(phrase, text)
    assert quotes(hits, text) == [heard]
    assert hits[0].how == "sound"
    assert not find_zh(phrase, text, by_sound=False)


@pytest.mark.parametrize("text", ["今天天气很好", "打六折优惠", "我们下午开会讨论一下", "感谢您的来电", ""])
def test_other_sentences_are_not_taken_for_the_phrase(text: str) -> None:
    assert find_zh("已经为您登记退订", text) == []
    assert find_zh("转人工", text) == []


def test_two_syllables_are_never_enough_for_a_match_by_sound() -> None:
    assert find_zh("退订", "推定") == []
    assert [hit.how for hit in find_zh("退订", "退订")] == ["words"]


def test_the_very_words_win_over_the_same_place_by_sound() -> None:
    assert [(hit.how, hit.score) for hit in find_zh("转人工服务", "请转人工服务")] == [("words", 1.0)]


def test_a_less_like_sound_scores_lower() -> None:
    (exact,) = find_zh("机器人打的电话", "几器人打的电话")
    (near,) = find_zh("机器人打的电话", "几气人打得店花")
    assert exact.score > near.score


def test_a_phrase_said_twice_is_found_twice() -> None:
    text = "传人工服务，我说了传人工服务"
    assert quotes(find_zh("转人工服务", text), text) == ["传人工服务", "传人工服务"]


@pytest.mark.parametrize("by_sound", [True, False])
@pytest.mark.parametrize("phrase", ["转接人工客服", "转接~6人工客服", "(转接|转)(人工|)客服"])
def test_a_phrase_never_reaches_over_a_change_of_speaker(phrase: str, by_sound: bool) -> None:
    text = "我要转接人工客服"
    assert find_zh(phrase, text, by_sound=by_sound)
    broken = "我要转接\n人工客服"
    assert not find_zh(phrase, broken, by_sound=by_sound, breaks=frozenset({5}))


@given(st.integers(1, 7))
def test_a_change_of_speaker_anywhere_inside_stops_the_match_by_sound(cut: int) -> None:
    heard = "意境為您等級推頂"
    text = heard[:cut] + "\n" + heard[cut:]
    assert all(
        hit.end <= cut or hit.start > cut for hit in find_zh("已经为您登记退订", text, breaks=frozenset({cut + 1}))
    )


def test_an_english_phrase_does_not_reach_over_a_change_of_speaker() -> None:
    text = "stop calling\nme"
    assert find_en("stop calling me", text)
    assert not find_en("stop calling me", text, breaks=frozenset({13}))
    assert not find_en("stop ~3 me", text, breaks=frozenset({13}))


# ---------- words


def test_a_gap_spans_so_many_units_and_no_more() -> None:
    assert find_zh("转~2人工", "转到人工", by_sound=False)
    assert not find_zh("转~2人工", "转到他们人工", by_sound=False)
    assert find_en("transfer ~2 agent", "transfer you to agent")
    assert not find_en("transfer ~2 agent", "transfer you over to agent")


@pytest.mark.parametrize("stop", list("，。！？；：、…,.!?;:"))
def test_a_gap_does_not_reach_over_punctuation(stop: str) -> None:
    assert not find_zh("转~4人工", f"转到{stop}人工", by_sound=False)


@pytest.mark.parametrize("stop", list(",.!?;:"))
def test_an_english_gap_does_not_reach_over_punctuation(stop: str) -> None:
    assert find_en("transfer ~4 agent", "transfer you to agent")
    assert not find_en("transfer ~4 agent", f"transfer you{stop} now agent")


def test_spaces_a_recogniser_puts_between_characters_do_not_matter() -> None:
    text = "帮我 转 人工 服务"
    assert quotes(find_zh("转人工服务", text, by_sound=False), text) == ["转 人工 服务"]


@pytest.mark.parametrize(
    ("phrase", "text", "quote"),
    [
        ("i am (a|an) real person", "Sir, I'm a real person.", "I'm a real person"),
        ("i am (a|an) real person", "i am a real person", "i am a real person"),
        ("do not call me", "Don't call me again", "Don't call me"),
        ("do not call me", "DON’T call me again", "DON’T call me"),
        ("we are calling", "we're calling you", "we're calling"),
        ("will not stop", "It won't stop", "won't stop"),
    ],
)
def test_contractions_are_written_out_and_the_quote_stays_verbatim(phrase: str, text: str, quote: str) -> None:
    assert quotes(find_en(phrase, text), text) == [quote]


@pytest.mark.parametrize(
    ("phrase", "text", "quote"),
    [
        ("i am (a|an) real person", "no im a real person", "im a real person"),
        ("i am (a|an) real person", "Im a real person", "Im a real person"),
        ("he 's ~1 here", "hes not here", "hes not here"),
        ("what 's your name", "so whats your name", "whats your name"),
        ("(who 's|who is) this", "whos this", "whos this"),
        ("do not call me", "dont call me", "dont call me"),
        ("you are a robot", "youre a robot", "youre a robot"),
        ("would have called", "i wouldve called", "wouldve called"),
        ("would have called", "I would've called", "would've called"),
        ("they have agreed", "theyve agreed", "theyve agreed"),
    ],
)
def test_contractions_without_their_apostrophe_are_written_out_too(phrase: str, text: str, quote: str) -> None:
    assert quotes(find_en(phrase, text), text) == [quote]


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("we are", "you were late"),
        ("we will", "well"),
        ("he will", "what the hell"),
        ("i will", "ill"),
        ("she will", "a shell"),
        ("she 'd", "the shed"),
        ("it 's", "its price"),
        ("let us", "the plan lets you"),
    ],
)
def test_a_word_that_only_looks_like_a_contraction_stays_itself(phrase: str, text: str) -> None:
    assert find_en(phrase, text) == []


def test_every_contraction_has_the_same_words_with_and_without_its_apostrophe_or_stays_whole() -> None:
    nlp = blank("en")

    def words(text: str) -> list[str]:
        return [token.norm_ for token in nlp.make_doc(text)]

    contractions = [form for form in nlp.tokenizer.rules if re.fullmatch(r"[a-z]+('[a-z]+)+", form)]
    whole = [form for form in contractions if words(form) != words(form.replace("'", ""))]
    assert len(contractions) > 80
    assert [form for form in whole if len(words(form.replace("'", ""))) > 1] == []
    assert {"he'll", "i'll", "it's", "let's", "she'd", "she'll", "we'll", "we're"} <= set(whole)


def test_a_long_english_word_may_be_a_letter_or_two_off() -> None:
    assert find_en("virtual assistant", "I'm a virtual assistance for you")
    assert find_en("virtual assistance", "a virtual assistant")
    assert not find_en("virtual assistant", "a virtual existence")


def test_a_short_english_word_is_itself_or_nothing() -> None:
    assert not find_en("stop calling", "shop calling")
    assert not find_en("art", "start")
    assert not find_en("call me", "recall me")


def test_overlapping_hits_of_one_key_are_one_and_of_two_keys_two() -> None:
    book = PhraseBook("en", {"a": ["real person", "a real person"], "b": ["person"]}, frozenset())
    hits = book.find("I am a real person")
    assert [(hit.key, hit.phrase) for hit in hits] == [("a", "a real person"), ("b", "person")]


WORDING = st.text(alphabet="转人工机器请按零您好，。 aAI9\n", max_size=40)


@given(WORDING, st.sets(st.integers(0, 40)))
@settings(deadline=None, max_examples=60)
def test_hits_lie_in_the_text_in_order_and_apart(text: str, breaks: set[int]) -> None:
    book = PhraseBook("zh", {"a": ["转人工"], "b": ["请按(零|九)~4人工", "机器人"]}, frozenset({"a", "b"}))
    hits = book.find(text, breaks=frozenset(at for at in breaks if at < len(text)))
    assert [(hit.start, hit.end) for hit in hits] == sorted((hit.start, hit.end) for hit in hits)
    assert all(0 <= hit.start < hit.end <= len(text) and 0 < hit.score <= 1 for hit in hits)
    for key in "ab":
        own = sorted((hit.start, hit.end) for hit in hits if hit.key == key)
        assert all(before[1] <= after[0] for before, after in pairwise(own))


# ---------- how phrases are written


@pytest.mark.parametrize("text", ["", "~", "~3", "(|)", "(a|b", "a|b)c)", "((a)b)", "a)b"])
def test_a_phrase_that_breaks_the_syntax_is_refused_by_name(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_phrase(text)
    assert repr(text) in str(refused.value)


def test_an_empty_choice_is_optional() -> None:
    for text in ("请按零", "请您按零"):
        assert quotes(find_zh("请(您|)按零", text, by_sound=False), text) == [text]
    assert not find_zh("请(您|)按零", "请他按零", by_sound=False)
