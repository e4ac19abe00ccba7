"""How phrases are written in the lexicons, and what a phrase is once read.

    (a|b|)      one of these, or nothing
    ~           up to six units between (a unit is a character of Mandarin, a word of English)
    ~12         up to twelve

Everything else is literal. Mandarin is written in simplified characters, digits as 零-九; English in lower case with
contractions written out ("i am", "do not"), as spaCy's NORM has them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.errors import SettingsError

_DEFAULT_GAP = 6
_TOKEN = re.compile(r"\(([^()]*)\)|~(\d*)|([^()~]+)")


@dataclass(frozen=True)
class Gap:
    at_most: int


@dataclass(frozen=True)
class Choice:
    """Literal alternatives; "" among them makes it optional."""

    options: tuple[str, ...]


@dataclass(frozen=True)
class Phrase:
    text: str
    slots: tuple[Gap | Choice, ...]


def read_phrase(text: str) -> Phrase:
    """Raises SettingsError where the phrase breaks the syntax."""
    slots: list[Gap | Choice] = []
    end = 0
    for token in _TOKEN.finditer(text):
        if token.start() != end:
            break
        end = token.end()
        options, gap, literal = token.groups()
        if literal is not None:
            slots.append(Choice((literal,)))
        elif options is not None:
            slots.append(Choice(tuple(options.split("|"))))
        else:
            slots.append(Gap(int(gap) if gap else _DEFAULT_GAP))
    if end != len(text) or not any(isinstance(slot, Choice) and any(slot.options) for slot in slots):
        raise SettingsError(f"the phrase {text!r} cannot be read", tip="Write (a|b) for choices and ~ for a gap.")
    return Phrase(text, tuple(slots))
