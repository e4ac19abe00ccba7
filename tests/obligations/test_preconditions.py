"""Absences need proof: each precondition, held and failed, and what it blocks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.records import Cue, Gap, Tone, Verdict
from pipeline.settings import JudgeSettings
from tests.obligations.scene import BYE, EN_TALK, HELLO, TALK, Scene, scene

STOP = ("C", 2, "别再打了！", ("refusal", 3, "别再打了"))
ASKS_HUMAN = ("C", 2, "转人工。", ("asks_human", "转人工"))
PITCH = ("R", 10, "现在贷款利息打五折。", ("marketing_pitch", "贷款利息打五折"))
PLAIN = scene(HELLO, TALK, PITCH, BYE)
ABSENCES = {"bot_disclosure": "not_heard", "human_transfer": "not_heard", "consent": "gap", "opt_out": "not_heard"}


def failed(verdict: Verdict) -> list[str]:
    return [p.name for p in verdict.preconditions if not p.held]


def assert_blocked(call: Scene, name: str, **options: object) -> None:
    """Nothing is said to be missing, and the precondition is named as the reason."""
    verdicts = call.judged(**options)
    for obligation in (*ABSENCES, "caller_identity"):
        assert verdicts[obligation].verdict == "cannot_tell", obligation
        assert failed(verdicts[obligation]) == [name]
        assert verdicts[obligation].confidence == 0.0


def test_a_complete_call_shows_its_absences_and_that_every_precondition_held() -> None:
    verdicts = PLAIN.judged()
    assert {o: verdicts[o].verdict for o in ABSENCES} == ABSENCES
    names = [p.name for p in verdicts["opt_out"].preconditions]
    assert names == [
        "starts_at_beginning", "caller_known", "coverage", "not_hung_up_at_once", "language_supported", "no_trace",
    ]  # fmt: skip
    assert all(p.held and p.detail.endswith(".") for p in verdicts["opt_out"].preconditions)
    assert verdicts["opt_out"].examined[0].start_ms == 3_500
    assert verdicts["opt_out"].examined[0].end_ms == PLAIN.duration_ms


def test_a_caller_talking_at_the_very_start_blocks_every_absence() -> None:
    assert_blocked(scene(TALK, PITCH, BYE, start_ms=200), "starts_at_beginning")


def test_silence_or_ringing_before_the_caller_shows_a_complete_start() -> None:
    call = scene(TALK, PITCH, BYE, start_ms=3_000, tones=(Tone("ringback", "", 0, 1_500),))
    assert call.words()["caller_identity"] == "not_heard"


def test_the_users_word_on_the_start_wins() -> None:
    late = scene(TALK, PITCH, BYE, start_ms=200)
    assert late.words(starts="complete")["caller_identity"] == "not_heard"
    assert_blocked(PLAIN, "starts_at_beginning", starts="late")


def test_somebody_unknown_talking_at_the_start_may_be_the_caller() -> None:
    call = scene(("?", 1, "……中心。"), TALK, PITCH, BYE, start_ms=100)
    assert_blocked(call, "starts_at_beginning")


def test_a_hello_at_the_very_start_is_no_cut_but_a_sentence_is() -> None:
    assert scene(HELLO, TALK, PITCH, BYE, start_ms=100).words()["opt_out"] == "not_heard"
    cut = scene(("C", 4, "的那个事情我不太清楚啊。"), TALK, PITCH, BYE, start_ms=100)
    assert_blocked(cut, "starts_at_beginning")


def test_untranscribed_speech_at_the_very_start_may_be_the_opening() -> None:
    gap = Gap(100, 1_900, "no_text")
    call = scene(TALK, TALK, PITCH, BYE, start_ms=2_000, gaps=(gap,))
    assert_blocked(call, "starts_at_beginning")
    ringing = scene(TALK, TALK, PITCH, BYE, gaps=(gap,), tones=(Tone("ringback", "", 0, 2_000),))
    assert ringing.words()["opt_out"] == "not_heard"


def test_a_first_sentence_cut_in_its_middle_is_a_hint_only_close_to_the_start() -> None:
    cut = ("R", 30, "and suspended due to suspicious activity on the account.")
    lines = (cut, EN_TALK, ("R", 3, "Goodbye."))
    assert scene(*lines, start_ms=1_000, language="en").words()["opt_out"] == "cannot_tell"
    assert scene(*lines, start_ms=3_000, language="en").words()["opt_out"] == "not_heard"


def test_an_unsure_caller_blocks_every_absence() -> None:
    assert_blocked(scene(HELLO, TALK, PITCH, BYE, role_confidence=0.58), "caller_known")


def test_much_speech_of_nobody_knows_whom_blocks_every_absence() -> None:
    call = scene(HELLO, TALK, ("?", 8, "这里是什么什么公司。"), PITCH, BYE)
    assert_blocked(call, "caller_known")
    little = scene(HELLO, TALK, ("?", 1, "嗯。"), PITCH, BYE)
    assert little.words()["opt_out"] == "not_heard"


def test_nobody_is_accused_of_words_when_it_is_unsure_who_said_them() -> None:
    denies = ("R", 4, "我是真人客服。", ("bot_denial", "我是真人客服"))
    lines = (HELLO, denies, PITCH, STOP, PITCH, BYE, TALK)
    sure, unsure = scene(*lines).words(), scene(*lines, role_confidence=0.58).words()
    assert (sure["bot_disclosure"], sure["consent"], sure["opt_out"]) == (
        "contradicted",
        "continued_after_refusal",
        "ignored",
    )
    assert (unsure["bot_disclosure"], unsure["consent"], unsure["opt_out"]) == ("cannot_tell",) * 3


@pytest.mark.parametrize("reason", ["no_text", "low_confidence", "noise", "hallucination", "repeated"])
def test_a_tenth_of_the_speech_unheard_blocks_every_absence(reason: str) -> None:
    end = PLAIN.duration_ms
    few = scene(HELLO, TALK, PITCH, BYE, gaps=(Gap(end, end + 1_400, reason),))
    many = scene(HELLO, TALK, PITCH, BYE, gaps=(Gap(end, end + 6_000, reason),))
    assert few.words()["caller_identity"] == "not_heard"
    assert few.judged()["caller_identity"].coverage < 1.0
    assert_blocked(many, "coverage")


def test_noise_over_the_opening_before_the_first_word_made_out_belongs_to_the_examined_span() -> None:
    """Five seconds of noise laid over what may have been the disclosure."""
    call = scene(HELLO, TALK, PITCH, BYE, start_ms=1_500)
    moved = tuple(
        t if t.role == "callee" else replace(t, start_ms=(t.start_ms or 0) + 6_000, end_ms=(t.end_ms or 0) + 6_000)
        for t in call.transcript.turns
    )
    gap = Gap(2_900, 8_000, "noise")
    seen = replace(call.transcript.coverage, gaps=(gap,))
    covered = replace(call, transcript=replace(call.transcript, turns=moved, coverage=seen), duration_ms=60_000)
    verdict = covered.judged()["bot_disclosure"]
    assert verdict.verdict == "cannot_tell" and failed(verdict) == ["coverage"]
    assert verdict.examined[0].start_ms == 2_900


def test_coverage_that_was_never_measured_is_no_coverage() -> None:
    call = scene(HELLO, TALK, PITCH, BYE, measured=False)
    assert failed(call.judged()["caller_identity"]) == ["coverage"]


def test_a_call_cut_short_shows_no_absence() -> None:
    short = scene(
        HELLO, ("R", 15, "您好，我们这边是做旧房翻新的。", ("marketing_pitch", "旧房翻新")), ("C", 1, "不弄。")
    )
    assert_blocked(short, "not_hung_up_at_once")


@pytest.mark.parametrize(
    "ending",
    [
        [BYE],
        [("R", 2, "感谢您的结听，在见。")],  # as a small recogniser writes it
        [("R", 6, "有您的包裹，已经到了小区门口的快递柜。"), ("R", 6, "有您的包裹，已经到了小区门口的快递柜。")],
        [("R", 5, "重听请按一，改时间请按二。"), ("C", 1, "哦。")],
    ],
)
def test_a_short_call_that_came_to_its_end_does(ending: list[tuple]) -> None:
    call = scene(HELLO, ("R", 6, "您好，这里有一条通知给您。"), *ending)
    assert call.words()["caller_identity"] == "not_heard"


def test_a_callees_goodbye_is_not_the_callers() -> None:
    call = scene(HELLO, ("R", 6, "您好，这里有一条通知给您。"), ("C", 1, "再见。"))
    assert call.words()["caller_identity"] == "cannot_tell"


@pytest.mark.parametrize("language", ["es", "ja", None])
def test_a_language_without_cues_blocks_everything(language: str | None) -> None:
    call = scene(HELLO, TALK, BYE, language=language)
    assert set(call.words().values()) == {"cannot_tell"}
    assert failed(call.judged()["opt_out"]) == ["language_supported"]


def test_languages_are_those_the_cues_know() -> None:
    call = scene(HELLO, TALK, BYE, language="es")
    assert call.words(supported=("es",))["opt_out"] == "not_heard"
    assert scene(HELLO, TALK, BYE, language="zh-TW").words()["opt_out"] == "not_heard"


def test_a_request_followed_by_nothing_accuses_nobody() -> None:
    for request, obligation in ((STOP, "opt_out"), (ASKS_HUMAN, "human_transfer")):
        verdict = scene(HELLO, TALK, request).judged()[obligation]
        assert verdict.verdict == "cannot_tell"
        assert failed(verdict) == ["followed_after_request"]


def test_five_seconds_of_sound_after_a_request_are_enough() -> None:
    for request, obligation, word in (
        (STOP, "opt_out", "ignored"),
        (ASKS_HUMAN, "human_transfer", "asked_not_provided"),
    ):
        held = scene(HELLO, TALK, request, ("N", 5.5, "请稍候，音乐声。"))
        assert held.words()[obligation] == word
        assert scene(HELLO, TALK, request, ("N", 4, "请稍候。")).words()[obligation] == "cannot_tell"
        assert scene(HELLO, TALK, request, tail_ms=20_000).words()[obligation] == "cannot_tell"


def test_a_late_start_does_not_block_what_followed_a_request() -> None:
    call = scene(TALK, ASKS_HUMAN, TALK, STOP, BYE, start_ms=200)
    assert call.words()["human_transfer"] == "asked_not_provided"
    assert call.words()["opt_out"] == "ignored"
    assert call.words()["caller_identity"] == "cannot_tell"


def test_an_unheard_stretch_after_a_request_may_hold_the_answer() -> None:
    call = scene(HELLO, TALK, STOP, BYE)
    after = Gap(call.duration_ms, call.duration_ms + 3_000, "no_text")
    verdict = scene(HELLO, TALK, STOP, BYE, gaps=(after,)).judged()["opt_out"]
    assert verdict.verdict == "cannot_tell" and failed(verdict) == ["coverage"]


def test_an_offer_stands_when_what_became_of_a_request_cannot_be_told() -> None:
    offer = ("R", 4, "需要人工服务请按零。", ("human_offer", "需要人工服务请按零"))
    verdict = scene(HELLO, TALK, offer, ASKS_HUMAN).judged()["human_transfer"]
    assert verdict.verdict == "offered"
    assert "cannot be told" in verdict.reason.en


def test_a_cue_settles_an_obligation_whatever_else_failed() -> None:
    call = scene(
        ("R", 3, "这里是招商银行。", ("caller_identity", "招商银行")),
        ("R", 3, "我是智能语音助手。", ("bot_disclosure", "我是智能语音助手")),
        ("R", 3, "转人工请按零。", ("human_offer", "转人工请按零")),
        ("R", 3, "退订请按九。", ("optout_offer", "退订请按九")),
        ("R", 3, "您之前注册过，贷款打折。", ("consent_claim", "您之前注册过"), ("marketing_pitch", "贷款打折")),
        start_ms=100,
        gaps=(Gap(20_000, 60_000, "noise"),),
    )
    assert call.words() == {
        "bot_disclosure": "heard",
        "human_transfer": "offered",
        "consent": "claimed",
        "opt_out": "offered",
        "caller_identity": "heard",
    }


def test_a_late_disclosure_in_a_recording_that_starts_late_says_it_may_have_come_before() -> None:
    discloses = ("R", 5, "我是智能语音助手。", ("bot_disclosure", "我是智能语音助手"))
    late = scene(TALK, discloses, start_ms=100).judged()["bot_disclosure"]
    whole = scene(HELLO, TALK, discloses).judged()["bot_disclosure"]
    assert late.verdict == whole.verdict == "heard_late"
    assert "may have been said before" in late.reason.en and "may have been said before" not in whole.reason.en
    assert late.confidence < whole.confidence


def test_no_sales_talk_needs_less_than_an_absence_but_not_nothing() -> None:
    half = scene(HELLO, TALK, BYE, gaps=(Gap(36_000, 46_000, "noise"),))
    most = scene(HELLO, TALK, BYE, gaps=(Gap(36_000, 136_000, "noise"),))
    assert half.words()["consent"] == "not_applicable"
    assert most.words()["consent"] == "cannot_tell"


@pytest.mark.parametrize("basis", ["audio", "text"])
def test_a_call_without_words_is_a_call_nothing_can_be_told_of(basis: str) -> None:
    empty = scene(language=None)
    assert set(empty.words(basis=basis).values()) == {"cannot_tell"}


def test_a_call_in_which_only_the_callee_speaks_tells_nothing() -> None:
    assert set(scene(("C", 30, "喂？喂？听得到吗？")).words().values()) == {"cannot_tell"}


def test_in_a_text_the_preconditions_are_taken_as_given() -> None:
    text = scene(
        (
            "R",
            3,
            "and suspended. Press one.",
        ),
        start_ms=0,
        language="en",
        role_confidence=0.1,
    )
    verdicts = text.cut_off_turn_times().judged(basis="text")
    assert verdicts["caller_identity"].verdict == "not_heard"
    assert "the text supplied" in verdicts["caller_identity"].reason.en
    assert "所提供的文字" in verdicts["caller_identity"].reason.zh


def test_the_limits_are_settings() -> None:
    assert PLAIN.words(settings=JudgeSettings(late_start_ms=5_000))["opt_out"] == "cannot_tell"
    assert PLAIN.words(settings=JudgeSettings(min_role_confidence=0.99))["opt_out"] == "cannot_tell"
    assert PLAIN.words(settings=JudgeSettings(hung_up_at_once_ms=90_000))["opt_out"] == "not_heard"  # it said goodbye


def test_an_opening_that_was_not_heard_at_all_is_part_of_what_was_examined() -> None:
    """The caller's whole first turn is noise; the next words made out are the callee's answer to it."""
    discloses = ("R", 6, "您好，我是智能语音助手小招。", ("bot_disclosure", "我是智能语音助手"))
    call = scene(HELLO, discloses, ("C", 1, "嗯。"), TALK, PITCH, BYE)
    opening = call.transcript.turns[1]
    gap = Gap(opening.start_ms or 0, opening.end_ms or 0, "noise")
    muted = replace(
        call,
        transcript=replace(
            call.transcript,
            turns=tuple(t for t in call.transcript.turns if t is not opening),
            coverage=replace(call.transcript.coverage, gaps=(gap,)),
        ),
        cues=tuple(c for c in call.cues if c.turn_id != opening.id),
    )
    assert call.words()["bot_disclosure"] == "heard"
    assert_blocked(muted, "coverage")


def test_one_long_unheard_stretch_blocks_though_its_share_is_small() -> None:
    lines = (HELLO, TALK, TALK, TALK, PITCH, BYE)
    end = scene(*lines).duration_ms
    for length_ms, word in ((3_500, "not_heard"), (4_500, "cannot_tell")):
        call = scene(*lines, gaps=(Gap(end, end + length_ms, "low_confidence"),))
        assert call.judged()["caller_identity"].coverage > 0.9
        assert call.words()["caller_identity"] == word


@pytest.mark.parametrize(("reason", "limit_ms", "says"), [("dropout", 400, "drops out"), ("noise", 1_500, "Noise")])
def test_sound_that_was_lost_blocks_an_absence_when_a_short_statement_fits_in_it(
    reason: str, limit_ms: int, says: str
) -> None:
    lines = (HELLO, TALK, TALK, TALK, PITCH, BYE)
    for length_ms, word in ((limit_ms - 1, "not_heard"), (limit_ms, "cannot_tell")):
        call = scene(*lines, gaps=(Gap(20_000, 20_000 + length_ms, reason),))
        assert {o: v for o, v in call.words().items() if o in ABSENCES} == (
            ABSENCES if word == "not_heard" else dict.fromkeys(ABSENCES, "cannot_tell")
        )
    verdict = call.judged()["bot_disclosure"]
    assert failed(verdict) == ["coverage"]
    assert says in verdict.reason.en and "00:20.0" in verdict.reason.en and "00:20.0" in verdict.reason.zh


def test_sound_lost_after_a_request_may_hold_the_answer_and_sound_lost_before_it_may_not() -> None:
    lines = (HELLO, TALK, STOP, TALK, BYE)
    before, after = Gap(10_000, 10_600, "dropout"), Gap(50_000, 50_600, "dropout")
    assert scene(*lines, gaps=(before,)).words()["opt_out"] == "ignored"
    assert scene(*lines, gaps=(after,)).words()["opt_out"] == "cannot_tell"


def test_what_may_have_been_the_missing_words_blocks_their_absence_and_no_other() -> None:
    faint = Cue("trace", "optout_offer", "caller", 9_000, 10_000, "按就退订", "t2", 0.3)
    verdicts = PLAIN.judged(traces=(faint,))
    assert verdicts["opt_out"].verdict == "cannot_tell"
    assert "按就退订" in verdicts["opt_out"].reason.en and "按就退订" in verdicts["opt_out"].reason.zh
    assert verdicts["human_transfer"].verdict == "not_heard"


def test_a_missing_name_is_not_stated_after_an_opening_hard_to_make_out() -> None:
    turns = tuple(replace(t, words=tuple(replace(w, confidence=0.8) for w in t.words)) for t in PLAIN.transcript.turns)
    mumbled = replace(PLAIN, transcript=replace(PLAIN.transcript, turns=turns))
    assert mumbled.words()["caller_identity"] == "cannot_tell"
    assert mumbled.words()["opt_out"] == "not_heard"
