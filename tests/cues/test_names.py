"""Which words name the body that a caller calls for, and which only look like it."""

from __future__ import annotations

import pytest

from pipeline.cues import find_cues
from pipeline.cues.names import named_bodies
from pipeline.settings import CueSettings
from tests.recordings import conversation


def names(text: str) -> list[str]:
    return [text[start:end] for start, end in named_bodies(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hi, this is Ann with, uh, Northway Systems about your bill.", "Northway Systems"),
        ("I'm calling on behalf of Alder Mobile.", "Alder Mobile"),
        ("This is a message from the Hillside Water Board.", "Hillside Water Board"),
        ("It's Lucy from Larkmobile.", "Larkmobile"),
        ("My name's Raj and I'm with Quillpoint, sir.", "Quillpoint"),
        ("We're from Birch Debt Solutions.", "Birch Debt Solutions"),
        ("This is Tom calling for Larkmobile.", "Larkmobile"),
        ("This is Copperfield Receivables about a balance.", "Copperfield Receivables"),
        ("The message is from the U.S. Treasury Department.", "U.S. Treasury Department"),
        ("I'm calling on behalf of the US Center for Debt Relief.", "US Center for Debt Relief"),
        ("Hello, this is ADT with a reminder.", "ADT"),
        ("This is to inform you from your internet provider Quillpoint that the line is cut.", "Quillpoint"),
        ("Your friends at Larkfield Credit Union remind you of the meeting.", "Larkfield Credit Union"),
        ("Meridian customer care, this is Bernadette.", "Meridian customer care"),
    ],
)
def test_capitals_behind_words_that_introduce_are_a_name(text: str, name: str) -> None:
    assert any(name in found for found in names(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("hi this is jennifer with dealer services about your car", "dealer services"),
        ("hello its jessica from the vehicle warranty department", "vehicle warranty department"),
        ("hi this is angela in the civil processing division i have an order", "civil processing division"),
        ("my name is kevin with the senior benefits center", "senior benefits center"),
        ("hi its first harbor recovery llc this is an attempt to collect", "first harbor recovery llc"),
        ("hello sunrise dental calling about your cleaning", "sunrise dental"),
        ("alder customer care how can i help", "alder customer care"),
        ("THIS IS DANA FROM THE FRAUD DEPARTMENT", "FRAUD DEPARTMENT"),
    ],
)
def test_a_word_for_a_body_shows_the_name_where_capitals_tell_nothing(text: str, name: str) -> None:
    assert any(name in found for found in names(text))


@pytest.mark.parametrize(
    "text",
    [
        "This is the last UPS notice.",
        "this is your second and final fedex notification",
        "This is an ADT security alert.",
    ],
)
def test_the_sender_of_a_notice_is_named_in_front_of_it(text: str) -> None:
    assert names(text)


@pytest.mark.parametrize(
    "text",
    [
        "Hello, am I speaking with Rohit?",
        "Good afternoon, this message is for Misty Lindqvist.",
        "There is a call for Misty.",
        "I don't miss that one bit, I'm from Buffalo originally.",
        "Hi, this is Susan.",
        "Are you calling from Verizon?",
        "You missed a call from Amazon.",
        "Did you get the message from Social Security?",
        "I'm at Walmart.",
        "it's in the office",
        "this is the bank",
        "this is about your insurance",
        "this is your health insurance reminder",
        "This is a call about your Amazon account.",
        "This is a final notice.",
        "This is an AI call.",
        "This is a message in English.",
        "press one to speak with the billing department",
        "We called from Monday to Friday.",
        "THIS IS NOT A TEST PLEASE LEAVE THE BUILDING",
        "our tax attorneys settle for less",
    ],
)
def test_people_places_days_and_things_of_the_callee_are_no_bodies(text: str) -> None:
    assert names(text) == []


def test_a_name_does_not_reach_into_the_next_speakers_words() -> None:
    assert names("this is Ann from\nNorthway Systems") == []
    assert names("Who are you\nthis is Northway Systems") == ["this is Northway Systems"]


def test_a_long_text_without_names_is_read_in_no_time() -> None:
    assert names("this is it, " * 20_000) == []


@pytest.mark.parametrize("text", ["It's Lucy from Larkmobile.", "hi this is angela in the civil processing division"])
def test_a_name_is_a_cue_of_the_caller_alone(text: str) -> None:
    said = find_cues(conversation(("caller", text), language="en"), settings=CueSettings())
    assert "caller_identity" in [cue.label for cue in said]
    assert find_cues(conversation(("callee", text), language="en"), settings=CueSettings()) == ()
