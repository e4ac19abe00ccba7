"""More than two parties on a line, or two machines: who is told from whom, by their words alone, in both languages."""

from __future__ import annotations

import pytest

from tests.speech.scene import roles, said

Lines = tuple[tuple[str, int, str], ...]
#: The role each speaker of the scenes below must get.
WHO = {"robot": "caller", "person": "human", "called": "callee", "machine": "carrier"}

TWO_ROBOTS: dict[str, Lines] = {
    "en": (
        ("machine", 7_000, "Hello, you've reached Priya's assistant. I'm an AI that answers calls for her."),
        ("robot", 7_000, "Hi, this is Owen with Harbor Dental Plans. I'm calling about our new family plan."),
        ("machine", 5_000, "Thanks. I'll let her know. Is there anything else you would like me to pass on?"),
        ("robot", 6_000, "Yes, our special offer ends on Friday. Press two to be removed from our list."),
        ("machine", 2_500, "Got it. I will pass that on. Goodbye."),
    ),
    "zh": (
        ("machine", 6_000, "您好，我是机主的智能助理，他现在不方便接听，请问您是哪位，找他有什么事？"),
        ("robot", 8_000, "您好，这里是远桥财富，我是智能客服小桥，给您推荐一款稳健的理财产品，年化收益很高。"),
        ("machine", 4_000, "好的，我会转告机主，请问还有其他需要转达的吗？"),
        ("robot", 5_000, "我们这边名额有限，您有兴趣的话可以加一下我们的微信。"),
        ("machine", 2_500, "好的，已为您记录，再见。"),
    ),
}  # fmt: skip
AFTER_TRANSFER: dict[str, Lines] = {
    "en": (
        ("called", 600, "Hello?"),
        ("robot", 7_000, "Hi, this is Ava, a virtual agent with Summit Auto Loans. Do you have a minute?"),
        ("called", 1_200, "Can I talk to a person?"),
        ("robot", 3_500, "Sure, I'm transferring you now, please stay on the line."),
        ("person", 9_000, "Hi, thanks for holding, this is Marcus with Summit Auto Loans. How can I help you today?"),
        ("called", 1_500, "Uh, maybe. What do you need?"),
        ("person", 12_000, "We are offering our customers a rate as low as four percent on your current loan."),
        ("called", 900, "Okay."),
        ("person", 9_000, "Great. Our program can save you a hundred dollars a month. You qualify for it."),
    ),
    "zh": (
        ("called", 600, "喂？"),
        ("robot", 7_000, "您好，这里是锦程保险，我是智能客服，想给您介绍一款医疗保险，您看方便吗？"),
        ("called", 1_200, "我要找真人。"),
        ("robot", 3_500, "好的，正在为您转接人工客服，请稍候。"),
        ("person", 9_000, "您好，我是锦程保险的理赔顾问，工号五二零，您是想了解我们的百万医疗险是吗？"),
        ("called", 1_500, "嗯，多少钱？"),
        ("person", 12_000, "我们这款产品首月只要一块钱，现在办理还有优惠活动，给您发一个链接。"),
        ("called", 900, "好。"),
        ("person", 9_000, "那我这边帮您登记一下，请问您的年龄是多少？"),
    ),
}
ANNOUNCED: dict[str, Lines] = {
    "number not in service": (("machine", 5_000, "The number you have dialed is not in service. Please check it."),),
    "busy": (
        ("machine", 5_000, "您好，您所拨打的电话正在通话中，请稍后再拨。"),
        ("machine", 5_000, "您好，您所拨打的电话正在通话中，请稍后再拨。"),
    ),
    "voicemail, then a message": (
        ("machine", 6_000, "Hi, it's Tomas, I can't come to the phone right now. Leave your name and number."),
        (
            "robot",
            12_000,
            "Hello, this is an automated message from Lakeside Pharmacy. To stop these calls, press nine.",
        ),
    ),
    "留言": (
        ("machine", 5_000, "您好，机主暂时无法接听您的电话，请在滴声后留言。"),
        ("robot", 12_000, "您好，这里是安居物业，提醒您本月物业费已出账，请及时缴纳，如需人工请按零。"),
    ),
    "the called phone records": (
        ("machine", 2_500, "This call is now being recorded."),
        ("called", 700, "Hello?"),
        ("robot", 7_000, "Hi, I'm calling from Delta Roofing about your free inspection."),
    ),
}


def assert_told_apart(lines: Lines, language: str, *, names: dict[str, str] | None = None) -> None:
    speakers = names or {}
    turns = said(*((speakers.get(who, who), length, text) for who, length, text in lines))
    assert roles(turns, language) == [WHO[who] for who, _, _ in lines]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_called_persons_own_assistant_is_not_the_caller_whatever_it_says_of_itself(language: str) -> None:
    assert_told_apart(TWO_ROBOTS[language], language)


@pytest.mark.parametrize("names", [{}, {"robot": "a", "person": "b", "called": "c"}, {"robot": "c", "person": "a"}])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_person_after_a_hand_over_who_talks_most_is_still_not_the_caller(
    language: str, names: dict[str, str]
) -> None:
    assert_told_apart(AFTER_TRANSFER[language], language, names=names)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_a_hand_over_no_third_voice_is_called_a_person(language: str) -> None:
    lines = tuple(line for line in AFTER_TRANSFER[language] if line[1] != 3_500)
    assert "human" not in roles(said(*lines), language)


@pytest.mark.parametrize("scene", list(ANNOUNCED))
def test_announcements_and_greetings_of_the_network_are_nobodys_words(scene: str) -> None:
    lines = ANNOUNCED[scene]
    assert_told_apart(lines, "zh" if any("\u4e00" <= c <= "\u9fff" for c in lines[0][2]) else "en")
