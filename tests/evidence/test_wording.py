"""The interface's words: complete, in both languages, and never a judgement of law."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from pipeline.evidence import wording
from pipeline.records import CueLabel, Layout, Obligation, Outcome, Role, Span, VerdictWord

#: What each obligation can be judged to be (vocabulary), beside not_applicable and cannot_tell.
VERDICTS = {
    "bot_disclosure": ("contradicted", "heard", "heard_late", "not_heard"),
    "human_transfer": ("provided", "asked_not_provided", "offered", "not_heard"),
    "consent": ("continued_after_refusal", "obtained", "claimed", "gap"),
    "opt_out": ("ignored", "acknowledged", "offered", "not_heard"),
    "caller_identity": ("heard", "not_heard"),
}


def pairs(section: dict[str, Any], at: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    for name, value in section.items():
        if set(value) == {"en", "zh"} and isinstance(value["en"], str):
            yield f"{at}{name}", value
        else:
            yield from pairs(value, f"{at}{name}.")


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_entry_has_both_languages_with_the_same_blanks() -> None:
    entries = list(pairs(wording.words()))
    assert len(entries) > 150
    for at, pair in entries:
        assert pair["en"].strip() and pair["zh"].strip(), at
        assert blanks(pair["en"]) == blanks(pair["zh"]), at


def test_no_entry_judges_in_law_or_says_that_a_voice_is_a_robot() -> None:
    for at, pair in pairs(wording.words()):
        assert not re.search(r"illegal|unlawful|guilty|proves|this is a robot", pair["en"], re.IGNORECASE), at
        assert not re.search(r"违法|非法|有罪|证明没有|这是机器人", pair["zh"]), at


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ("obligation", get_args(Obligation)),
        ("verdict", get_args(VerdictWord)),
        ("cue", get_args(CueLabel)),
        ("role", get_args(Role)),
        ("layout", get_args(Layout)),
        ("outcome", get_args(Outcome)),
        ("weight", ("P", "G", "C", "S")),
    ],
)
def test_every_word_of_the_vocabulary_has_its_words(section: str, names: tuple[str, ...]) -> None:
    assert set(wording.words()[section]) == set(names)


def test_every_verdict_word_has_a_kind_and_every_verdict_a_sentence_of_its_own() -> None:
    assert set(wording.TONES) == set(get_args(VerdictWord))
    for obligation, verdicts in VERDICTS.items():
        assert set(wording.words()["sentence"][obligation]) == set(verdicts)


@pytest.mark.parametrize(
    ("ms", "text"), [(0, "00:00.0"), (99, "00:00.0"), (62_399, "01:02.3"), (59_999, "00:59.9"), (6_000_000, "100:00.0")]
)
def test_a_time_is_minutes_and_seconds_with_tenths_cut_off(ms: int, text: str) -> None:
    assert wording.clock(ms) == text


def test_a_share_is_never_rounded_up_to_what_a_rule_asks_for() -> None:
    assert [wording.share(r) for r in (0.8999, 0.9, 0.29, 1.0, 0.0)] == ["89 %", "90 %", "29 %", "100 %", "0 %"]


def test_spans_are_joined_by_each_language_s_comma() -> None:
    both = wording.between((Span(0, 1_000), Span(2_000, 3_000)))
    assert (both.en, both.zh) == ("00:00.0–00:01.0, 00:02.0–00:03.0", "00:00.0–00:01.0、00:02.0–00:03.0")


def test_a_name_new_to_us_is_shown_by_its_own_letters() -> None:
    assert wording.named("precondition", "moon_phase").en == "moon phase"


def test_hidden_characters_are_made_visible_and_scripts_are_left_alone() -> None:
    assert wording.shown("a\u202eb\x00c") == "a⟨U+202E⟩b⟨U+0000⟩c"
    assert wording.shown("平安 שלום\n") == "平安 שלום\n"
