"""Reports made by hand, for any test that needs one: a rich one, a hostile one, a failed one."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence

import numpy as np

from pipeline.records import (
    Audio,
    Both,
    CallReport,
    Clip,
    ContextFact,
    Coverage,
    Cue,
    CueLabel,
    Fact,
    Failure,
    Finding,
    Gap,
    ModelUsed,
    Precondition,
    Recording,
    Role,
    Span,
    Tone,
    Tool,
    Transcript,
    Turn,
    Verdict,
    VerdictWord,
    Vote,
    Word,
)
from pipeline.settings import Settings

WHOLE = Span(800, 71_900)


def sha(text: str) -> str:
    """A sha256 in hex, of the text's own bytes: something hash-shaped that differs by name."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def silence(duration_ms: int = 2_000, channels: int = 1) -> Audio:
    """A quiet 440 Hz hum at 16 kHz."""
    moments = np.arange(16 * duration_ms, dtype=np.float32) / 16_000
    wave = (0.1 * np.sin(2 * np.pi * 440 * moments)).astype(np.float32)
    return Audio(np.tile(wave, (channels, 1)), 16_000)


def spoken(
    number: int, role: Role, start_ms: int, end_ms: int, text: str, *, doubtful: Sequence[str] = (), speaker: str = "A"
) -> Turn:
    """A turn t<number> whose words (characters for Chinese) share its time evenly; `doubtful` words get 0.2."""
    parts = text.split() if " " in text else list(text)
    step = (end_ms - start_ms) / max(1, len(parts))
    words = tuple(
        Word(
            text=part,
            start_ms=round(start_ms + i * step),
            end_ms=round(start_ms + (i + 1) * step),
            confidence=0.2 if part in doubtful else 0.93,
            estimated=part.strip("。,.?").isdigit() or part in "零一二三四五六七八九",
        )
        for i, part in enumerate(parts)
    )
    return Turn(f"t{number}", role, 0.88, speaker, start_ms, end_ms, text, 0.9, words)


def cue(
    number: int, label: CueLabel, turn: Turn, quote: str, start_ms: int, end_ms: int, *, level: int | None = None
) -> Cue:
    """A cue c<number> in a turn, with one witness for and one against."""
    votes = (Vote("phrase", True, 0.9, "lexicon entry 12"), Vote("guard", False, 0.1, "no negation near"))
    return Cue(f"c{number}", label, turn.role, start_ms, end_ms, quote, turn.id, 0.9134567, votes, level)


def chinese_report() -> CallReport:
    """A Mandarin sales robot with most of what a report can hold: findings, leads, gaps, tones."""
    turns = (
        spoken(1, "carrier", 0, 700, "通话录音已开始", speaker="C"),
        spoken(2, "caller", 800, 9_400, "您好,这里是平安普惠信用贷款中心,我们最近有一款低息贷款产品,额度最高三十万。"),
        spoken(3, "callee", 9_900, 11_800, "你是机器人吧?", speaker="B"),
        spoken(4, "caller", 12_300, 17_000, "我是真人客服小李呀,方便给您介绍一下吗?", doubtful=("呀", "李")),
        spoken(5, "callee", 17_400, 20_900, "不需要,别再打电话给我了,给我转人工。", speaker="B"),
        spoken(6, "caller", 21_500, 33_000, "我们这款贷款利率只要三厘,当天就可以放款,您看给您办理一下好吗?"),
        spoken(7, "callee", 41_000, 43_000, "你们哪来的我的号码?", speaker="B"),
        spoken(8, "caller", 43_600, 58_000, "是系统随机拨打的,如需了解请按一,稍后会有专员联系您。"),
        spoken(9, "unknown", 60_000, 62_500, "喂", speaker="D"),
        spoken(10, "caller", 63_000, 71_900, "感谢您的接听,祝您生活愉快,再见。"),
    )
    t = {turn.id: turn for turn in turns}
    cues = (
        cue(1, "caller_identity", t["t2"], "这里是平安普惠信用贷款中心", 1_500, 4_700),
        cue(2, "marketing_pitch", t["t2"], "低息贷款产品", 6_100, 8_000),
        cue(3, "asks_if_robot", t["t3"], "你是机器人吧", 9_900, 11_700),
        cue(4, "bot_denial", t["t4"], "我是真人客服", 12_300, 13_900),
        cue(5, "consent_request", t["t4"], "方便给您介绍一下吗", 14_900, 16_900),
        cue(6, "refusal", t["t5"], "别再打电话给我了", 18_200, 19_600, level=3),
        cue(7, "asks_human", t["t5"], "转人工", 20_300, 20_900),
        cue(8, "marketing_pitch", t["t6"], "贷款利率只要三厘", 22_600, 26_000),
        cue(9, "asks_source", t["t7"], "哪来的我的号码", 41_300, 42_900),
    )
    conditions = (
        Precondition("starts_at_beginning", True, "ring-back was heard before the caller's first word at 00:00.8"),
        Precondition("coverage", True, "93 % of the examined speech is confident text; 90 % is needed"),
        Precondition("caller_known", True, "the caller's role has a confidence of 0.88"),
    )

    def verdict(**changes: object) -> Verdict:
        base = Verdict(
            obligation="bot_disclosure",
            verdict="contradicted",
            confidence=0.91,
            cue_ids=(),
            turn_ids=(),
            finding_ids=(),
            basis="audio",
            examined=(WHOLE,),
            coverage=0.9312,
            preconditions=conditions,
            reason=Both("", ""),
        )
        return dataclasses.replace(base, **changes)  # type: ignore[arg-type]

    verdicts = (
        verdict(
            cue_ids=("c4", "c3"),
            turn_ids=("t4",),
            finding_ids=("f1",),
            reason=Both(
                "Asked whether it is a robot, the caller said that it is a person.",
                "被问是否机器人时,主叫方称自己是真人。",
            ),
        ),
        verdict(
            obligation="human_transfer",
            verdict="asked_not_provided",
            cue_ids=("c7",),
            turn_ids=("t5", "t6"),
            reason=Both(
                "No hand-over and no way to reach a person follows the request.",
                "提出要求之后未听到转接,也未听到联系人工的途径。",
            ),
        ),
        verdict(
            obligation="consent",
            verdict="continued_after_refusal",
            cue_ids=("c6", "c8"),
            turn_ids=("t6",),
            finding_ids=("f2",),
            reason=Both("After the refusal the caller went on to offer a loan.", "被拒绝之后,主叫方继续推介贷款。"),
        ),
        verdict(
            obligation="opt_out",
            verdict="cannot_tell",
            confidence=0.4,
            coverage=0.81,
            preconditions=(
                *conditions[:1],
                Precondition("coverage", False, "81 % of the examined speech is confident text; 90 % is needed"),
            ),
            reason=Both("Too little of the speech after the request was transcribed.", "提出要求之后的语音转写不足。"),
        ),
        verdict(obligation="caller_identity", verdict="heard", cue_ids=("c1",), reason=Both("", "")),
    )
    findings = (
        Finding(
            "f1",
            "lead",
            "cn.truthfulness.cpl8",
            "CN",
            "bot_disclosure",
            "contradicted",
            "C",
            ("c4",),
            {
                "title": {"en": "Consumer Protection Law", "zh": "中华人民共和国消费者权益保护法"},
                "article": "第八条、第二十条",
                "status": "binding",
                "grade": "V1",
                "from": "2014-03-15",
                "checked": "2026-11-23",
            },
            (
                Both(
                    "That the voice was automated: nothing but the user's statement can show it.",
                    "该语音确为自动语音:须由您说明。",
                ),
            ),
            Both("At 00:12.3 the caller said that it is a real person.", "主叫方在 00:12.3 处称自己是真人。"),
        ),
        Finding(
            "f2",
            "finding",
            "cn.consent.cpr24",
            "CN",
            "consent",
            "continued_after_refusal",
            "P",
            ("c6", "c8"),
            {
                "title": {
                    "en": "Regulations implementing the Consumer Protection Law",
                    "zh": "消费者权益保护法实施条例",
                },
                "article": {"en": "art 24", "zh": "第二十四条"},
                "issuer": {"en": "State Council", "zh": "国务院"},
                "status": "binding",
                "grade": "V1",
                "from": "2024-07-01",
                "checked": "2026-11-23",
            },
            (),
            Both(
                "After a refusal at 00:18.2 the caller continued with an offer at 00:22.6.",
                "在 00:18.2 处明确拒绝后,主叫方于 00:22.6 处继续推介。",
            ),
            Clip("clips/f2.flac", 16_200, 28_000),
        ),
    )
    return CallReport(
        tool=Tool("callwitness", "0.1.0"),
        outcome="examined",
        error=None,
        context={
            "call_kind": ContextFact("marketing", "heard", 0.9),
            "voice": ContextFact("interactive_ai", "guess", 0.55),
            "direction": ContextFact("to_user", "supplied", 1.0),
            "jurisdiction": ContextFact("CN", "supplied", 1.0),
        },
        recording=Recording(
            "2024/通话录音@10086(10086)_20240501123000.mp3",
            sha("zh"),
            576_044,
            72_400,
            8_000,
            1,
            "mp3",
            "mp3",
            "mono",
            "2024-05-01T12:30:00",
            "10086",
            (
                Fact("started_at", "2024-05-01T12:30:00", "file_name:xiaomi"),
                Fact("other_party", "10086", "file_name:xiaomi"),
            ),
            ("The container names 73 s; 72.4 s could be decoded.",),
        ),
        settings=Settings().as_dict(),
        models=(
            ModelUsed("recogniser", "whisper-base", "1.0.0", sha("whisper")),
            ModelUsed("embedding", "campplus-zh-en", "1", sha("campplus")),
        ),
        transcript=Transcript(
            "zh",
            0.98,
            turns,
            Coverage(
                52_000, 48_400, 0.9307692, (Gap(34_000, 39_500, "low_confidence"), Gap(58_200, 59_700, "no_text"))
            ),
            (Tone("ringback", "", 0, 600), Tone("dtmf", "1", 59_000, 59_200)),
            (
                "Speaker A offers a product and speaks first: caller's side.",
                "Speaker B asks and refuses: person called.",
            ),
        ),
        cues=cues,
        verdicts=verdicts,
        findings=findings,
    )


def english_report() -> CallReport:
    """A prerecorded English call, no law chosen: absences shown, an offer heard, nothing found."""
    base = chinese_report()
    text = "Hello, this is Dana with an important offer about your car warranty. Press 1 to speak to a representative."
    turns = (
        spoken(1, "callee", 400, 1_100, "Hello?", speaker="B"),
        spoken(2, "caller", 1_600, 12_900, text, doubtful=("Dana",)),
    )
    cues = (
        cue(1, "marketing_pitch", turns[1], "an important offer about your car warranty", 3_600, 7_400),
        cue(2, "human_offer", turns[1], "Press 1 to speak to a representative", 8_100, 12_900),
    )
    examined = (Span(1_600, 12_900),)
    words: dict[str, tuple[VerdictWord, tuple[str, ...]]] = {
        "bot_disclosure": ("not_heard", ()),
        "human_transfer": ("offered", ("c2",)),
        "consent": ("gap", ("c1",)),
        "opt_out": ("not_heard", ()),
        "caller_identity": ("not_heard", ()),
    }
    return dataclasses.replace(
        base,
        context={},
        recording=dataclasses.replace(
            base.recording,
            file="warranty.wav",
            sha256=sha("en"),
            duration_ms=13_400,
            started_at=None,
            other_party="+15551234567",
            facts=(),
            warnings=(),
            codec="pcm_s16le",
            container="wav",
        ),
        transcript=Transcript("en", 0.99, turns, Coverage(12_000, 11_600, 0.9667), (), ()),
        cues=cues,
        verdicts=tuple(
            dataclasses.replace(
                v,
                verdict=words[v.obligation][0],
                cue_ids=words[v.obligation][1],
                turn_ids=(),
                finding_ids=(),
                examined=examined,
                coverage=0.9667,
                reason=Both("", ""),
                confidence=0.9,
                preconditions=base.verdicts[0].preconditions,
            )
            for v in base.verdicts
        ),
        findings=(),
    )


#: Text as a hostile file name, tag or transcript may hold it.
HOSTILE = (
    "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}{at}"
    "\u202egnp.exe\u2028\x00\x1b[31m&amp;]]>"
)


def hostile_report() -> CallReport:
    """The Mandarin report with HOSTILE in every text that comes from outside."""
    base = chinese_report()
    text = HOSTILE + "x" * 10_000
    turn = Turn("t1", "caller", 0.5, HOSTILE, 800, 9_000, text, 0.5, (Word(HOSTILE, 800, 900, 0.1),))
    return dataclasses.replace(
        base,
        context={**base.context, "call_kind": ContextFact(HOSTILE, "guess", 0.5)},
        recording=dataclasses.replace(
            base.recording,
            file=f"calls/{HOSTILE}.wav",
            other_party='=HYPERLINK("http://x")',
            sha256=sha("hostile"),
            facts=(Fact(HOSTILE, HOSTILE, HOSTILE),),
            warnings=(HOSTILE,),
            codec=HOSTILE,
            started_at=HOSTILE,
        ),
        transcript=Transcript("zh", 0.5, (turn,), Coverage(8_000, 8_000, 1.0), (), (HOSTILE,)),
        cues=(
            Cue("c1", "marketing_pitch", "caller", 800, 9_000, HOSTILE, "t1", 0.8, (Vote(HOSTILE, True, 1, HOSTILE),)),
        ),
        verdicts=tuple(
            dataclasses.replace(
                v,
                cue_ids=("c1",),
                turn_ids=("t1",),
                finding_ids=(),
                reason=Both(HOSTILE, HOSTILE),
                preconditions=(Precondition(HOSTILE, True, HOSTILE),),
            )
            for v in base.verdicts
        ),
        findings=tuple(
            dataclasses.replace(
                f,
                wording=Both(HOSTILE, HOSTILE),
                cue_ids=("c1",),
                to_confirm=(Both(HOSTILE, HOSTILE),),
                norm={"title": HOSTILE, "article": HOSTILE, "status": HOSTILE, "grade": HOSTILE},
            )
            for f in base.findings
        ),
    )


def failed_report(file: str = "calls/broken.m4a") -> CallReport:
    """A recording that could not be examined: every array empty."""
    base = chinese_report()
    message = (
        f"{file}: the file ends in the middle (no index found); 0 of about 41 s could be read.\n"
        "  If you have the original on the phone, copy it again."
    )
    return dataclasses.replace(
        base,
        outcome="failed",
        error=Failure("truncated", message),
        context={},
        recording=Recording(file, sha(file), 40_960, 0, 0, 0, "", "", "mono"),
        models=(),
        transcript=Transcript(None, 0.0),
        cues=(),
        verdicts=(),
        findings=(),
    )
