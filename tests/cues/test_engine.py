"""From turns to cues: who may say what, behind which question, how many, when, and in whose words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pipeline.cues import find_cues, read_call
from pipeline.records import Cue, Role, Tone, Transcript, Turn, Word
from pipeline.settings import CueSettings
from tests.recordings import conversation

SETTINGS = CueSettings()
ALONE = CueSettings(classifier=False)  # what the wording hears by itself


def hear(*lines: tuple[Role, str], language: str = "zh") -> tuple[Cue, ...]:
    return find_cues(conversation(*lines, language=language), settings=SETTINGS)


def labels(cues: Sequence[Cue]) -> list[str]:
    return [cue.label for cue in cues]


CALL: tuple[tuple[Role, str], ...] = (
    ("callee", "喂，你好。"),
    ("caller", "您好，我是平安普惠的智能语音助手，请问方便给您介绍一下我们的低息贷款吗？"),
    ("callee", "你怎么有我的电话？以后别再给我打电话了，转人工！"),
    ("caller", "我们的贷款利息低至三厘，额度高，今天申请还有优惠。如需人工服务请按零，不想再接到来电请按九退订。"),
)


# ---------- who


def test_a_label_is_heard_only_from_the_side_that_can_say_it() -> None:
    assert labels(hear(("callee", "你是机器人吗"))) == ["asks_if_robot"]
    assert labels(hear(("caller", "你是机器人吗"))) == []
    assert "bot_disclosure" in labels(hear(("caller", "我是智能语音助手")))
    assert "bot_disclosure" not in labels(hear(("callee", "我是智能语音助手")))
    assert "refusal" not in labels(hear(("caller", "以后别再给我打电话了")))


@pytest.mark.parametrize("text", ["本次通话将被录音", "我是机主的智能语音助手", "转人工请按零", "以后别再给我打电话了"])
def test_the_network_says_nothing_that_counts(text: str) -> None:
    assert hear(("carrier", text)) == ()


def test_a_person_who_took_over_speaks_for_the_callers_side() -> None:
    cues = hear(("caller", "正在为您转接人工，请稍候"), ("human", "您好，本次通话会被录音"))
    assert ("recording_notice", "human") in [(cue.label, cue.role) for cue in cues]


def test_a_turn_of_unknown_role_is_read_for_both_sides_and_stays_unknown() -> None:
    cues = hear(("unknown", "我是智能语音助手"), ("unknown", "以后别再给我打电话了"))
    assert {("bot_disclosure", "unknown"), ("refusal", "unknown")} <= {(cue.label, cue.role) for cue in cues}


def test_how_sure_the_role_is_stands_in_the_turn_and_not_in_the_cue() -> None:
    sure = conversation(("caller", "我是智能语音助手"), language="zh")
    unsure = replace(sure, turns=tuple(replace(turn, role_confidence=0.6) for turn in sure.turns))
    (one,), (other,) = (find_cues(call, settings=SETTINGS) for call in (sure, unsure))
    assert one.confidence == other.confidence > 0.9


# ---------- behind which question


@pytest.mark.parametrize(
    ("language", "asked", "answer", "label"),
    [
        ("zh", ("caller", "方便给您介绍一下吗？"), ("callee", "可以"), "consent_given"),
        ("zh", ("callee", "你是机器人吗？"), ("caller", "这有什么区别吗"), "bot_evasion"),
        ("en", ("caller", "Do you have a minute to talk?"), ("callee", "Yes."), "consent_given"),
    ],
)
def test_an_answer_is_one_only_behind_its_question(
    language: str, asked: tuple[Role, str], answer: tuple[Role, str], label: str
) -> None:
    assert label in labels(hear(asked, answer, language=language))
    assert label not in labels(hear(answer, language=language))
    assert label not in labels(hear(answer, asked, language=language))


def test_an_answer_does_not_wait_for_ever() -> None:
    question, answer = ("caller", "方便给您介绍一下吗？"), ("callee", "可以")
    assert "consent_given" not in labels(hear(question, ("callee", "哪位？"), ("caller", "我这边是客服"), answer))


def test_the_other_sides_words_do_not_take_back_what_was_said() -> None:
    """`unless` wording at the end of the question stands right before the answer, but in another mouth."""
    assert "bot_denial" in labels(hear(("callee", "你是机器人吗？"), ("caller", "不是啊我是公司的业务员")))


# ---------- how many


def test_a_pitch_is_one_a_turn_however_long() -> None:
    pitch = "我们的贷款利息低至三厘，额度高，今天申请还有优惠。"
    cues = hear(("caller", pitch * 4), ("callee", "不需要"), ("caller", pitch))
    assert labels(cues).count("marketing_pitch") == 2


def test_two_statements_of_one_label_in_a_turn_are_two_cues() -> None:
    cues = hear(("callee", "I'm not interested. My mother is in hospital today. Take me off your list."), language="en")
    refusals = [cue for cue in cues if cue.label == "refusal"]
    assert [cue.level for cue in refusals] == [2, 3]
    assert "not interested" in refusals[0].quote and "list" in refusals[1].quote


def test_one_statement_in_many_words_is_one_cue() -> None:
    cues = hear(("callee", "Stop calling me."), language="en")
    assert labels(cues) == ["refusal"]


@pytest.mark.parametrize(
    ("language", "text", "level"),
    [
        ("zh", "我在开会", 1),
        ("zh", "不需要，谢谢", 2),
        ("zh", "以后别再给我打电话了", 3),
        ("zh", "我撤回同意，不许再使用我的个人信息", 4),
        ("en", "I'm busy right now.", 1),
        ("en", "I'm not interested.", 2),
        ("en", "Take me off your list.", 3),
        ("en", "I withdraw my consent.", 4),
    ],
)
def test_a_refusal_has_its_level_and_nothing_else_has_one(language: str, text: str, level: int) -> None:
    cues = hear(("callee", text), language=language)
    assert max(cue.level or 0 for cue in cues if cue.label == "refusal") == level
    assert all(cue.level is None for cue in hear(*CALL) if cue.label != "refusal")


def test_a_call_without_wording_has_no_cues() -> None:
    assert hear(("caller", "今天天气很好"), ("callee", "是啊，太阳出来了")) == ()


@pytest.mark.parametrize("language", ["de", None])
def test_a_language_without_a_lexicon_gives_none(language: str | None) -> None:
    call = replace(conversation(("caller", "我是智能语音助手"), language="zh"), language=language)
    assert read_call(call, settings=SETTINGS).cues == read_call(call, settings=SETTINGS).traces == ()


def test_a_call_without_turns_gives_none() -> None:
    assert find_cues(Transcript("zh", 1.0), settings=SETTINGS) == ()


# ---------- where and when


def test_quotes_are_verbatim_and_ids_follow_the_clock() -> None:
    call = conversation(*CALL, language="zh")
    cues = find_cues(call, settings=SETTINGS)
    texts = {turn.id: turn.text for turn in call.turns}
    assert all(cue.quote and cue.quote in texts[cue.turn_id] for cue in cues)
    assert [cue.id for cue in cues] == [f"c{number}" for number in range(1, len(cues) + 1)]
    times = [cue.start_ms for cue in cues]
    assert times == sorted(times)  # type: ignore[type-var]
    assert {"bot_disclosure", "caller_identity", "asks_source", "refusal", "asks_human"} <= set(labels(cues))
    assert {"human_offer", "optout_offer", "marketing_pitch"} <= set(labels(cues))


def test_a_quote_keeps_the_recognisers_own_spelling() -> None:
    said = conversation(("caller", "好的，意境為您等級推頂。"), language="zh")
    (cue,) = (cue for cue in find_cues(said, settings=ALONE) if cue.label == "optout_ack")
    assert "意境為您等級推頂" in cue.quote
    assert cue.votes[0].matcher == "wording/sound"


def _timed(words: Sequence[tuple[str, int, int]], language: str) -> Transcript:
    text = "".join(word for word, _, _ in words).strip()
    said = tuple(Word(word, start, end, 0.9) for word, start, end in words)
    turn = Turn("t1", "callee", 1.0, "b", words[0][1], words[-1][2], text, 0.9, said)
    return Transcript(language, 1.0, (turn,))


def test_a_cue_has_the_times_of_its_words() -> None:
    words = [("Well", 1_000, 1_200), (" I", 5_000, 5_100), (" was", 5_100, 5_300), (" eating.", 5_300, 6_000)]
    words += [(" Take", 9_000, 9_200), (" me", 9_200, 9_300), (" off", 9_300, 9_500), (" your", 9_500, 9_700)]
    words += [(" list.", 9_700, 10_100), (" Bye", 12_000, 12_300)]
    (cue,) = (cue for cue in find_cues(_timed(words, "en"), settings=SETTINGS) if cue.label == "refusal")
    assert (cue.start_ms, cue.end_ms, cue.quote) == (9_000, 10_100, "Take me off your list")


def test_a_mandarin_cue_has_the_times_of_its_words() -> None:
    words = [("我在吃饭呢。", 1_000, 2_000), ("以后", 4_000, 4_300), ("别再", 4_300, 4_600), ("给我打", 4_600, 5_000)]
    words += [("电话了。", 5_000, 5_500), ("再见", 7_000, 7_400)]
    cues = [cue for cue in find_cues(_timed(words, "zh"), settings=SETTINGS) if cue.level == 3]
    assert [(cue.start_ms, cue.end_ms) for cue in cues] == [(4_000, 5_500)]


def test_without_words_a_cue_has_its_share_of_the_turn() -> None:
    text = "Nobody here wants that at all, honestly, believe it, please, now. Take me off your list."
    turn = Turn("t1", "callee", 1.0, None, 10_000, 20_000, text, 1.0)
    (cue,) = (cue for cue in find_cues(Transcript("en", 1.0, (turn,)), settings=SETTINGS) if cue.level == 3)
    assert cue.start_ms is not None and cue.end_ms is not None
    assert 16_000 < cue.start_ms < cue.end_ms <= 20_000
    assert abs(cue.start_ms - (10_000 + 10_000 * text.index("Take") // len(text))) < 100


def test_text_without_times_has_cues_without_times_in_the_order_of_the_text() -> None:
    turns = tuple(
        replace(turn, start_ms=None, end_ms=None, words=()) for turn in conversation(*CALL, language="zh").turns
    )
    cues = find_cues(Transcript("zh", 1.0, turns), settings=SETTINGS)
    assert {(cue.start_ms, cue.end_ms) for cue in cues} == {(None, None)}
    places = [(int(cue.turn_id[1:]), turns[int(cue.turn_id[1:]) - 1].text.index(cue.quote)) for cue in cues]
    assert places == sorted(places)


# ---------- keys


MENU = "如需人工服务请按0，不想再接到来电请按9退订。"


def press(key: str, *lines: tuple[Role, str], at_ms: int, language: str = "zh") -> list[Cue]:
    call = conversation(*lines, language=language)
    call = replace(call, tones=(Tone("dtmf", key, at_ms, at_ms + 120),))
    return [cue for cue in find_cues(call, settings=SETTINGS) if cue.role == "callee"]


def test_a_key_means_what_the_menu_just_said() -> None:
    (human,) = press("0", ("caller", MENU), at_ms=6_000)
    (stop,) = press("9", ("caller", MENU), at_ms=6_000)
    assert (human.label, human.level, human.start_ms, human.end_ms) == ("asks_human", None, 6_000, 6_120)
    assert (stop.label, stop.level, stop.start_ms) == ("refusal", 3, 6_000)
    assert human.votes[0].matcher == "keypad"


@pytest.mark.parametrize(("key", "label"), [("1", "asks_human"), ("9", "refusal")])
def test_a_key_of_an_english_menu(key: str, label: str) -> None:
    menu = "Press one to speak to a representative. Press 9 to be removed from our calling list."
    assert [cue.label for cue in press(key, ("caller", menu), at_ms=6_000, language="en")] == [label]


def test_a_key_that_no_menu_named_says_nothing() -> None:
    assert press("5", ("caller", MENU), at_ms=6_000) == []
    assert press("0", ("caller", "您好，请问有什么可以帮您？"), at_ms=6_000) == []


def test_a_key_pressed_before_the_menu_says_nothing() -> None:
    assert press("0", ("callee", "喂"), ("caller", MENU), at_ms=2_000) == []


def test_a_ring_is_no_key() -> None:
    call = replace(conversation(("caller", MENU), language="zh"), tones=(Tone("ringback", "", 6_000, 7_000),))
    assert "asks_human" not in labels(find_cues(call, settings=SETTINGS))


# ---------- a person takes over


def test_the_first_words_of_a_person_are_the_transfer_and_only_the_first() -> None:
    cues = hear(
        ("callee", "转人工"),
        ("caller", "好的，正在为您转接人工，请稍候"),
        ("human", "喂，哪位呀"),
        ("callee", "我问个事"),
        ("human", "嗯，说吧"),
    )
    transfers = [(cue.turn_id, cue.role) for cue in cues if cue.label == "transfer_started"]
    assert transfers == [("t2", "caller"), ("t3", "human")]
    (first,) = (cue for cue in cues if cue.turn_id == "t3" and cue.label == "transfer_started")
    assert first.quote.startswith("喂") and first.start_ms == 9_000


# ---------- traces


def test_a_trace_is_no_cue() -> None:
    reading = read_call(conversation(("caller", "a machine generated thing"), language="en"), settings=ALONE)
    assert "bot_disclosure" not in labels(reading.cues)
    assert "bot_disclosure" in labels(reading.traces)


def test_what_is_plainly_said_is_a_cue_and_plain_talk_leaves_no_trace() -> None:
    said = read_call(conversation(("caller", "This is an automated message."), language="en"), settings=SETTINGS)
    assert "bot_disclosure" in labels(said.cues)
    idle = read_call(conversation(("caller", "The weather is nice."), language="en"), settings=SETTINGS)
    assert idle.cues == idle.traces == ()


def test_the_callee_leaves_no_trace_of_what_only_the_caller_can_say() -> None:
    reading = read_call(conversation(("callee", "a machine generated thing"), language="en"), settings=SETTINGS)
    assert reading.traces == ()


def test_the_same_call_is_read_the_same_way_twice() -> None:
    call = conversation(*CALL, language="zh")
    assert read_call(call, settings=SETTINGS) == read_call(call, settings=SETTINGS)


def test_asking_whether_a_person_is_there_is_no_request_for_one_besides() -> None:
    cues = hear(("caller", "Do you own?"), ("callee", "Is there an actual person on the line?"), language="en")
    assert labels(cues) == ["asks_if_robot"]


# ---------- how strong a refusal is


@pytest.mark.parametrize("line", ["哎呀不用了，打了三次都没接到，不好意思啊。", "不用了，烦死了，在开会呢。"])
def test_weak_wording_of_a_high_level_does_not_lift_a_plain_no(line: str) -> None:
    said = hear(("caller", "您需要贷款吗？"), ("callee", line))
    levels = [cue.level for cue in said if cue.label == "refusal"]
    assert levels and all(level is not None and level < 3 for level in levels)


def test_a_person_without_words_takes_over_nothing() -> None:
    cues = hear(("callee", "转人工"), ("caller", "好的，正在为您转接人工，请稍候"), ("human", "…"))
    assert all(cue.quote for cue in cues)
