"""Who is who, on calls written by hand."""

from __future__ import annotations

import pytest

from pipeline.settings import RoleSettings
from pipeline.speech.roles import assign_roles
from tests.speech.scene import roles, said, voice

ZH = (
    ("a", 9_000, "您好，这里是平安普惠信用贷款中心，我是智能客服，给您介绍一款低息贷款，请问您最近有资金需求吗？"),
    ("b", 1_500, "你是机器人吧？"),
    ("a", 6_000, "我们的产品利息很低，额度很高，名额有限，办理也很方便。"),
    ("b", 1_800, "不需要，别再打了。"),
    ("a", 3_000, "好的，感谢您的接听，祝您生活愉快。"),
)
EN = (
    ("a", 9_000, "Hi, this is Kevin with Bright Path Solar. I'm calling because you qualify for our savings program."),
    ("b", 1_500, "Are you a robot?"),
    ("a", 6_000, "Our specialists can cut your bill in half. Are you the homeowner?"),
    ("b", 1_800, "I'm not interested. Take me off your list."),
    ("a", 3_000, "Thank you for your patience. Have a great day."),
)
SIDES = ["caller", "callee", "caller", "callee", "caller"]


@pytest.mark.parametrize(("language", "lines"), [("zh", ZH), ("en", EN)])
def test_a_robot_that_speaks_first_is_the_caller(language: str, lines: tuple[tuple[str, int, str], ...]) -> None:
    assert roles(said(*lines), language) == SIDES


@pytest.mark.parametrize(("language", "lines", "hello"), [("zh", ZH, "喂，你好。"), ("en", EN, "Hello?")])
def test_a_person_who_picks_up_first_is_the_callee(
    language: str, lines: tuple[tuple[str, int, str], ...], hello: str
) -> None:
    assert roles(said(("b", 700, hello), *lines), language) == ["callee", *SIDES]


@pytest.mark.parametrize(("language", "lines"), [("zh", ZH), ("en", EN)])
def test_the_names_of_the_speakers_decide_nothing(language: str, lines: tuple[tuple[str, int, str], ...]) -> None:
    other = {"a": "z", "b": "a"}
    assert roles(said(*((other[who], length, text) for who, length, text in lines)), language) == SIDES


@pytest.mark.parametrize(("language", "lines"), [("zh", ZH), ("en", EN)])
def test_channels_are_sides_whatever_a_short_turn_says(language: str, lines: tuple[tuple[str, int, str], ...]) -> None:
    assert roles(said(*lines), language, by_channel=True) == SIDES


def test_every_decision_has_its_reason() -> None:
    given, reasons = assign_roles(said(*ZH), "zh", settings=RoleSettings())
    assert any("a is taken for the caller" in reason for reason in reasons)
    assert all(0.5 <= turn.role_confidence <= 1 for turn in given)
    assert [turn.text for turn in given] == [text for _, _, text in ZH]


@pytest.mark.parametrize(
    ("language", "lines", "greeting"),
    [
        ("zh", ZH, "您拨打的用户暂时无法接听，请在提示音后留言。"),
        ("en", EN, "You have reached the voice mailbox of Dana. Please leave a message after the tone."),
    ],
)
def test_a_greeting_of_the_network_is_the_carriers(
    language: str, lines: tuple[tuple[str, int, str], ...], greeting: str
) -> None:
    assert roles(said(("c", 6_000, greeting), *lines), language) == ["carrier", *SIDES]


@pytest.mark.parametrize(
    ("language", "lines", "notice"),
    [("zh", ZH, "本次通话将被录音。"), ("en", EN, "This call is being recorded.")],
)
def test_a_recorders_notice_on_its_own_is_the_carriers(
    language: str, lines: tuple[tuple[str, int, str], ...], notice: str
) -> None:
    assert roles(said(("c", 2_500, notice), *lines), language) == ["carrier", *SIDES]


def test_a_recording_notice_inside_the_callers_sentence_is_the_callers() -> None:
    lines = list(EN)
    lines[0] = ("a", 9_000, "Hi, this is Kevin with Bright Path Solar. This call is being recorded. Do you own a home?")
    assert roles(said(*lines), "en") == SIDES


def test_a_screener_keeps_the_carriers_role_when_it_goes_on() -> None:
    lines = (
        ("c", 6_000, "Hi, the person you are calling is using a screening service. Go ahead and say your name."),
        ("a", 5_000, "Hi, this is Kevin with Bright Path Solar, I'm calling about your electric bill."),
        ("c", 4_000, "Thanks, I will see if they are available. Please stay on the line."),
        ("a", 5_000, "We are offering our customers a discount on the program."),
    )
    assert roles(said(*lines), "en") == ["carrier", "caller", "carrier", "caller"]


HAND_OVER = {
    "zh": (
        ("a", 9_000, "您好，这里是平安普惠客服中心，我是智能客服，请问有什么可以帮您？"),
        ("b", 1_200, "转人工。"),
        ("a", 4_000, "正在为您转接人工客服，请稍候。"),
        ("a", 3_500, "您好，我这边是人工坐席，工号三零二，请讲。"),
        ("b", 2_500, "我想问一下我的贷款。"),
        ("a", 5_000, "好的，系统显示您的额度已经批下来了，给您办理一下。"),
    ),
    "en": (
        ("a", 9_000, "Thank you for calling Acme. This is a virtual assistant. How can I help you today?"),
        ("b", 1_200, "I want to talk to a person."),
        ("a", 4_000, "I'm transferring you now, please hold while I connect you."),
        ("a", 3_500, "Hi, this is Dana with Acme, how may I help?"),
        ("b", 2_500, "I wanted to ask about my bill, uh."),
        ("a", 5_000, "We have your account here in our system, thank you for holding."),
    ),
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_another_voice_after_a_hand_over_is_a_person(language: str) -> None:
    turns = said(*HAND_OVER[language])
    robot, callee, person = 1, 2, 3
    names = [robot, callee, robot, person, callee, person]
    voices = {turn.id: voice(name, noise=0.2, seed=i) for i, (turn, name) in enumerate(zip(turns, names, strict=True))}
    expected = ["caller", "callee", "caller", "human", "callee", "human"]
    assert roles(turns, language, voices=voices, by_channel=True) == expected


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_voice_after_a_promised_hand_over_is_still_the_robot(language: str) -> None:
    turns = said(*HAND_OVER[language])
    names = [1, 2, 1, 1, 2, 1]
    voices = {turn.id: voice(name, noise=0.2, seed=i) for i, (turn, name) in enumerate(zip(turns, names, strict=True))}
    assert "human" not in roles(turns, language, voices=voices, by_channel=True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_voices_nobody_is_called_a_person(language: str) -> None:
    assert "human" not in roles(said(*HAND_OVER[language]), language, by_channel=True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_new_speaker_first_heard_after_a_hand_over_is_a_person(language: str) -> None:
    names = ["a", "b", "a", "c", "b", "c"]
    turns = said(*((who, length, text) for who, (_, length, text) in zip(names, HAND_OVER[language], strict=True)))
    voices = {
        turn.id: voice(ord(name), noise=0.2, seed=i) for i, (turn, name) in enumerate(zip(turns, names, strict=True))
    }
    assert roles(turns, language, voices=voices) == ["caller", "callee", "caller", "human", "callee", "human"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "您好，这里是平安普惠信用贷款中心，给您介绍一款低息贷款，如需办理请按一。"),
        ("en", "This is an automated message about your car warranty. Press one to speak to a specialist."),
    ],
)
def test_a_single_voice_with_a_message_is_the_caller(language: str, text: str) -> None:
    assert roles(said(("a", 15_000, text)), language) == ["caller"]


def test_in_a_language_without_phrases_nobody_is_surely_anybody() -> None:
    lines = (("a", 4_000, "Guten Tag."), ("b", 4_000, "Guten Tag."), ("a", 4_000, "Ja."), ("b", 4_000, "Nein."))
    given, _ = assign_roles(said(*lines), "de", settings=RoleSettings())
    assert all(turn.role == "unknown" or turn.role_confidence < 0.75 for turn in given)
    given, _ = assign_roles(said(*lines), None, settings=RoleSettings())
    assert all(turn.role == "unknown" or turn.role_confidence < 0.75 for turn in given)


def test_a_turn_of_nobody_without_telling_words_is_unknown() -> None:
    lines = (*ZH, (None, 600, "嗯。"))
    assert roles(said(*lines), "zh")[-1] == "unknown"


def test_a_short_refusal_in_the_robots_cluster_is_the_callees() -> None:
    """The diarizer gave a second of the callee to the robot's voice; the words say whose it is."""
    lines = list(ZH)
    lines[3] = ("a", 700, "不需要，别再打了，我不要贷款，你们烦不烦。")
    assert roles(said(*lines), "zh") == SIDES


def test_less_confidence_than_the_settings_ask_is_unknown() -> None:
    given, _ = assign_roles(said(*ZH), "zh", settings=RoleSettings(min_confidence=1.01))
    assert {turn.role for turn in given} == {"unknown"}


def test_no_turns_have_no_roles() -> None:
    assert assign_roles((), "zh", settings=RoleSettings()) == ((), ())
