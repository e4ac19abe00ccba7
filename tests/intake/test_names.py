"""Every way of naming is tried on its own example lines."""

from __future__ import annotations

import pytest

from pipeline.intake.names import facts_from_name, load_patterns

WHOLE = load_patterns().whole
PIECES = load_patterns().pieces
FACT_NAMES = {"started_at", "other_party", "other_party_name", "direction"}


def known(name: str) -> dict[str, str]:
    return {fact.name: fact.value for fact in facts_from_name(name)}


@pytest.mark.parametrize("pattern", [*WHOLE, *PIECES], ids=lambda pattern: pattern.id)
def test_a_pattern_has_lines_it_must_match_and_lines_it_must_not(pattern) -> None:
    assert pattern.must_match and pattern.must_not_match
    assert all(set(line) <= FACT_NAMES | {"name"} for line in pattern.must_match)


@pytest.mark.parametrize(
    ("pattern", "line"),
    [(pattern, line) for pattern in WHOLE for line in pattern.must_match],
    ids=lambda value: value["name"] if isinstance(value, dict) else value.id,
)
def test_a_name_gives_exactly_the_facts_of_its_example(pattern, line) -> None:
    facts = facts_from_name(line["name"])
    assert {fact.name: fact.value for fact in facts} == {key: value for key, value in line.items() if key != "name"}
    assert {fact.source for fact in facts} <= {f"file_name:{pattern.id}"}


@pytest.mark.parametrize(
    ("pattern", "line"),
    [(pattern, line) for pattern in PIECES for line in pattern.must_match],
    ids=lambda value: value["name"] if isinstance(value, dict) else value.id,
)
def test_a_lone_piece_of_a_name_gives_its_fact(pattern, line) -> None:
    facts = facts_from_name(line["name"])
    assert {fact.name: fact.value for fact in facts} == {key: value for key, value in line.items() if key != "name"}


@pytest.mark.parametrize(
    ("pattern", "name"),
    [(pattern, name) for pattern in [*WHOLE, *PIECES] for name in pattern.must_not_match],
    ids=lambda value: value if isinstance(value, str) else value.id,
)
def test_a_name_of_another_kind_gives_no_fact_by_this_pattern(pattern, name) -> None:
    assert not [fact for fact in facts_from_name(name) if fact.source == f"file_name:{pattern.id}"]


@pytest.mark.parametrize(
    "name", ["dev-zh-001.wav", "录音.m4a", "call-7.m4a", "audio.mp3", "1.wav", "微信语音.silk", ""]
)
def test_a_name_that_says_nothing_gives_no_facts(name: str) -> None:
    assert facts_from_name(name) == ()


def test_folders_do_not_speak_for_the_file() -> None:
    assert facts_from_name("20240501_123000/13800138000/x.wav") == ()


def test_a_name_decomposed_by_macos_reads_like_the_composed_one() -> None:
    import unicodedata

    name = "통화 녹음 홍길동_240501_123000.m4a"
    assert known(unicodedata.normalize("NFD", name)) == known(name)
    assert known(name)["other_party"] == "홍길동"


def test_an_impossible_date_leaves_the_number_standing() -> None:
    assert known("13800138000_20240230123000.m4a") == {"other_party": "13800138000"}


def test_the_recorders_word_for_nobody_is_no_party() -> None:
    assert known("未知号码(未知号码)_20240501123000.mp3") == {"started_at": "2024-05-01T12:30:00"}
    assert known("Unknown_20240501123000.mp3") == {"started_at": "2024-05-01T12:30:00"}


def test_a_copied_file_says_what_its_original_says() -> None:
    original = known("通话录音@10086(10086)_20240501123000.mp3")
    for mark in ("(1)", " (2)", " - Copy", " - 副本", " copy"):
        assert known(f"通话录音@10086(10086)_20240501123000{mark}.mp3") == original
