"""Every kind of wording in phrases.toml, with lines it must catch and lines it must leave alone."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from pipeline.obligations import speech_acts
from pipeline.obligations.speech_acts import farewell_at, has_menu, is_greeting, push_at, says, similarity

LINES: dict[str, tuple[list[str], list[str]]] = {
    # kind: (must catch, must leave alone)
    "farewell": (
        [
            "Okay. Thank you for your time, goodbye.",
            "I appreciate it, Linda. Have a good one.",
            "Take care now.",
            "Talk to you soon.",
            "好的，感谢您的接听，祝您生活愉快。",
            "拜拜。",
            "那就不打扰您了。",
            "您忙。",
            "好，先这样吧。",
            "好的，在见。",
            "再會。",
        ],
        [
            "Buy one, get one free.",
            "Thank you for calling Apple.",
            "We take care of your roof.",
            "您好，打扰您一下。",
            "您再看一下。",
        ],
    ),
    "greeting": (
        ["Hello?", "Um, yes, hello?", "Good morning, Pine Street Dental.", "喂，哪位？", "您好。"],
        ["The problem is I think this is a scam.", "那我现在不同意了。"],
    ),
    "menu": (
        ["To make a payment today, press one.", "Press the number 9 now.", "重听请按一。", "请按酒。", "可以按0。"],
        ["Press release of the day.", "我按照规定办理。", "请您按时还款。"],
    ),
    "no_push": (
        [
            "I'm sorry, I did not understand.",
            "Could you repeat that?",
            "Is there anything else I can do?",
            "Feel free to call if you change your mind.",
            "I can remove your number right away.",
            "No problem at all.",
            "I am transferring you to an agent.",
            "抱歉，我没有听清。",
            "请您再说一遍好吗？",
            "您还有什么其他需要帮助的吗？",
            "以后有需要可以再找我们。",
            "我马上给您删掉。",
            "没关系的。",
            "正在为您转接。",
        ],
        ["Would you like a free quote?", "您看周六有时间吗？"],
    ),
    "ask_again": (
        [
            "Is your bill over a hundred dollars a month?",
            "So can you pay it today",
            "您看周六上午有时间吗",
            "为什么不需要呢？",
        ],
        ["I appreciate your time.", "好的，打扰您了。"],
    ),
    "offer_again": (
        [
            "With zero down you qualify today.",
            "Wait, listen to me.",
            "Ma'am, don't hang up.",
            "I can give you one free month.",
            "可以先把额度领下来。",
            "那您再考虑一下。",
            "我给您申请一个名额。",
            "您先别挂。",
            "请您于今天下午六点之前还款。",
            "不如先加个微信。",
        ],
        ["I appreciate that.", "All right then.", "好的，明白了。"],
    ),
    "inbound_customer_service": (
        ["Thank you for calling Clearwave Cable.", "欢迎致电悦程旅行。", "感谢您的来电。"],
        ["Thank you for your call back.", "You have reached the voice mailbox of five.", "感谢您的接听。"],
    ),
    "debt_collection": (
        ["This is an attempt to collect a debt.", "您的借款账单已经逾期十二天。", "账单已经预期了。"],
        ["You will be in their debt.", "您的包裹到了。"],
    ),
    "suspected_fraud": (
        ["A warrant will be issued.", "您的医保卡在外地出现异常消费。", "We suspend your social now."],
        ["Your warranty is ending.", "您的医保卡已经寄出。"],
    ),
    "survey": (
        ["On a scale from one to five.", "想了解您的满意度。"],
        ["We surveilled nothing.", "您好，这里是顺达快递。"],
    ),
    "political": (["Please vote on Tuesday.", "请投票给三号。"], ["I am devoted to this.", "请选一个时间。"]),
    "charity": (["Would you make a donation?", "希望您为灾区捐款。"], ["Do not doubt it.", "您的存款到期了。"]),
    "service_notice": (["Your appointment is tomorrow.", "您有一个快递。"], ["This is about solar.", "贷款利息打折。"]),
    "says_recorded": (
        ["This is a recorded message.", "以下为预先录制的内容。"],
        ["This is an automated call.", "我是智能助手。"],
    ),
    "says_ai": (
        ["I am a virtual assistant.", "我是语音机器人小宁。"],
        ["This is an automated call.", "这是一条系统自动语音通知。"],
    ),
}


def kinds() -> list[str]:
    path = Path(speech_acts.__file__).with_name("phrases.toml")
    return list(tomllib.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("kind", kinds())
def test_no_wording_without_lines_it_catches_and_lines_it_leaves(kind: str) -> None:
    catch, leave = LINES[kind]
    assert [line for line in catch if not says(line, kind)] == []
    assert [line for line in leave if says(line, kind)] == []


@pytest.mark.parametrize(
    "line",
    [
        "No worries at all. I appreciate your time, Linda. Have a good one.",
        "Okay. Thank you for your time, and have a blessed day. Goodbye.",
        "好的，感谢您的接听，祝您投资顺利，再见。",
        "抱歉，我没有听清，请您再说一遍好吗？",
        "Of course. I have removed this number from our list. Is that okay?",
        "您还有其他需要帮助的吗？",
    ],
)
def test_taking_no_for_an_answer_is_no_push(line: str) -> None:
    assert push_at(line) is None


@pytest.mark.parametrize(
    ("line", "pushing"),
    [
        ("I totally understand. Is your electric bill over a hundred dollars?", "Is your electric bill"),
        ("没关系的。您再考虑一下吧，机会难得。", "您再考虑一下"),
        ("Ma'am, ma'am, listen to me.", "Ma'am"),
        ("I'm sorry, I did not understand. To make a payment today, press one.", "To make a payment"),
    ],
)
def test_a_push_begins_at_its_own_sentence(line: str, pushing: str) -> None:
    assert (line[push_at(line) or 0 :]).lstrip().startswith(pushing)


def test_offsets_are_in_the_text_as_it_was_written() -> None:
    assert farewell_at("謝謝您，再見！") == 4
    assert farewell_at("好的好的，在件。") == 5


def test_alike_is_by_letters_not_by_case_or_punctuation() -> None:
    assert similarity("Press one, NOW.", "press one now") == 100.0
    assert similarity("您好，這裡是順達快遞", "您好这里是顺达快递。") == 100.0
    assert similarity("今天天气好", "请按零") < 50


def test_greetings_stand_at_the_beginning() -> None:
    assert is_greeting("喂？") and not is_greeting("我说你好啊")
    assert has_menu("转人工请按零") and not has_menu("转人工")
