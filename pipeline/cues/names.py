"""The witness that reads names: English writes a body's name with capitals, which wording cannot see."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: "this is Ann with, uh, Northway Systems", "calling for Alder Mobile", "a message from the Hillside Water Board"
_SAID = re.compile(
    r"\b(?:(?:this|it)(?:\s+is|['’]s)|I\s+am|I['’]m|[Mm]y\s+name(?:\s+is|['’]s)|[Cc]all(?:ing|er|s|ed)?|[Mm]essage"
    r"|[Ss]peaking)\b"
    r"(?:[\s,]+[\w'’-]+){0,5}?[\s,]+(?:with|from|for|at|on\s+behalf\s+of|over\s+at)[\s,]+"
    r"(?:(?:uh|um|er|the|our|your\s+local)[\s,]+){0,2}"
    r"(?P<name>[A-Z][\w&'’.-]*(?:\s+(?:and|of|the|&)\s+[A-Z][\w&'’-]*|\s+[A-Z0-9][\w&'’-]*){0,6})"
)
#: Capitalised words that name no body: days, months, greetings, titles, the pronoun, places people call from.
_NO_BODY = frozenset(
    {
        "i",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "mr",
        "mrs",
        "ms",
        "dr",
        "sir",
        "ma'am",
        "hello",
        "hi",
        "okay",
        "ok",
        "yes",
        "no",
        "texas",
        "california",
        "florida",
        "america",
        "american",
        "english",
        "spanish",
        "covid",
        "christmas",
        "easter",
        "medicare",
    }
)


def named_bodies(text: str) -> Iterator[tuple[int, int]]:
    """Spans (start, end) of text in which a caller names whom it calls for. English only."""
    for match in _SAID.finditer(text):
        words = match["name"].split()
        if words[0].lower().strip(".,'’") not in _NO_BODY:
            yield match.span()
