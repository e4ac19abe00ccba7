"""A body is heard to be named where the recogniser garbled its name, and only where a name stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.cues import read_call
from pipeline.cues.bodies import garbled_bodies
from pipeline.records import Alternative, Cue, Role
from pipeline.settings import CueSettings
from tests.cues.lines import Scene, read_scenes
from tests.recordings import conversation

ALONE = CueSettings(classifier=False)  # what the wording hears by itself

#: Made-up openings as Whisper base wrote them after a telephone line, or in that manner; behind each what was said.
GARBLED = {
    "您好,这里是蓝条鱼行信用卡中心。您本月的账单已经出来了": "蓝桥银行信用卡中心",
    "您好 这边是民德口乡门整部 您预约的喜亚时间是明天下午两点": "明德口腔门诊部",
    "您好,我是游戴金融的柯福小辰,看到您在我们平台提交过神器。": "优贷金融的客服小陈",
    "您好新海宽待为您来见民家的宽待即将早期续费可以送两个月": "星海宽带为您来电",
    "您好打擾一下紅圖職業的我們江丁那個新樓盤這中國開盤": "宏图置业的",
    "您好我是德瑞麗師事務所的代表借款平台通知您幾塊還款": "德润律师事务所的",
    "您好 我是人工坐席小李 安排人收的 工号零八": "安泰人寿的",
    "您好,武事前鋒口強文整的智能語音助手,給您做一個提醒": "我是千峰口腔门诊的智能语音助手",
    "您好,這裡式北新區社會爆章局,您名下的卡停用了": "这里是北新区社会保障局",
    "您好,我是北極熊典城的智能女音助手,孩子的課安排好了": "北极星编程的智能语音助手",
    "无法为您转接这里是容大效费金融在乎中心您的账单": "荣达消费金融贷后中心",
}

#: Of the same making, and written plainly: nobody is named.
NO_BODY = [
    "我是小王",
    "您好，我是您的专属客服",
    "您好，这边是公司客服",
    "您好，我这边是做装修的",
    "您好，我是人工客服小王",
    "您好，这里是您预约的回访",
    "您好，我是机主的智能语音助理",
    "您好，我是咱们的智能语音助手",
    "您好，温馨提醒您",
    "您好，最后一次提醒您",
    "先生，我这边已经是人工了，您不用再按键了",
    "您好，您在招商银行的信用卡",
    "您好，手机银行的密码您还记得吗",
    "您好，建设银行的卡您有吗",
    "您好，刚才银行给您打电话了吗",
    "您好，我是资深置业顾问",
    "我们这边热玛吉体验价九百八",
    "我们银行从来不会收手续费",
    "这边是学区房，对口实验小学",
    "已经移交法院处理",
    "到时候会有快递最后一次提醒您取件",
    "您的快递公司再次提醒过您吗",
    "明天九点到小区门口等您",
    "您好 我是您的遵守客服看到您的账单还没有还提醒您一下",
    "您好,這裡是您預約的電話回訪,想瞭解一下您對服務馬不滿",
    "您好,您的保险快要到提了新年西方委员会,要不要良心一下",
    "實際上的我們公司最近跟醫院合作做一個免費的體驗活動",
    "您好我是宇英吉吉人这通电话由系统司动播达请您听我说完",
]


def hear(*lines: tuple[Role, str]) -> list[Cue]:
    cues = read_call(conversation(*lines, language="zh"), settings=ALONE).cues
    return [cue for cue in cues if cue.label == "caller_identity"]


@pytest.mark.parametrize("line", GARBLED, ids=GARBLED.values())
def test_a_garbled_name_is_still_a_named_body_in_the_words_that_were_written(line: str) -> None:
    bodies = garbled_bodies(line, frozenset())
    assert bodies
    (cues,) = read_scenes([Scene((("caller", line),))], "zh", ALONE)
    assert any(cue.label == "caller_identity" and cue.quote in line for cue in cues)


@pytest.mark.parametrize("line", NO_BODY)
def test_a_first_name_a_trade_a_role_or_somebody_elses_bank_is_no_named_body(line: str) -> None:
    assert garbled_bodies(line, frozenset()) == []


def test_what_stands_nowhere_near_a_body_gives_nothing() -> None:
    assert garbled_bodies("", frozenset()) == []
    assert garbled_bodies("……", frozenset()) == []
    assert garbled_bodies("okay hello", frozenset()) == []


def test_a_garbled_name_says_by_what_it_was_known_and_is_less_certain_than_a_plain_one() -> None:
    (garbled,) = hear(("caller", "您好打擾一下紅圖職業的我們江丁那個新樓盤"))
    (plain,) = hear(("caller", "您好打扰一下，我是宏图置业的小李"))
    assert [(vote.matcher, vote.detail) for vote in garbled.votes] == [
        ("wording/sound", "caller_identity.garbled_body: greeting + 置业 + 的")
    ]
    assert 0.5 <= garbled.confidence < plain.confidence


def test_the_words_of_the_person_called_name_no_caller() -> None:
    assert hear(("callee", "您好我是德瑞麗師事務所的")) == []


def test_a_bare_name_counts_as_the_answer_to_who_is_calling() -> None:
    asked = "喂，哪位？", "泉利商城，给您送的东西到了"
    (whole,) = garbled_bodies("\n".join(asked), frozenset({len(asked[0]) + 1}))
    assert whole.detail.startswith("asked + ")
    other = "喂，你说。", asked[1]
    told = garbled_bodies("\n".join(other), frozenset({len(other[0]) + 1}))
    assert all(body.weight < whole.weight for body in told)


def test_a_name_never_reaches_from_one_speaker_to_the_next() -> None:
    first, second = "您好，这里是蓝桥", "银行的事你说"
    together = garbled_bodies(first + second, frozenset())
    assert together
    assert garbled_bodies(first + "\n" + second, frozenset({len(first) + 1})) == []


def test_a_second_reading_of_a_stretch_leaves_a_trace_of_the_name() -> None:
    call = conversation(("caller", "为好喔是得锐立师死武所"), language="zh")
    turn = call.turns[0]
    again = Alternative(turn.start_ms or 0, turn.end_ms or 1, "您好我是德瑞麗師事務所的", turn.id)
    reading = read_call(replace(call, alternatives=(again,)), settings=ALONE)
    assert "caller_identity" in {trace.label for trace in reading.traces}


def test_an_offer_to_stop_voice_notices_is_no_disclosure() -> None:
    for line in ("如不希望再接收语音通知，请按九", "退订语音通知请回复九", "不想收到语音提醒请按二"):
        cues = read_call(conversation(("caller", line), language="zh"), settings=ALONE).cues
        assert "bot_disclosure" not in {cue.label for cue in cues}
    cues = read_call(conversation(("caller", "这是一条系统自动语音通知"), language="zh"), settings=ALONE).cues
    assert "bot_disclosure" in {cue.label for cue in cues}
