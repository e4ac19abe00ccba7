"""A copy of a text to match on: same length, so that every offset holds in the verbatim text too."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_QUOTES = str.maketrans("’‘“”", "''\"\"")
#: Characters that end a clause in either language. A full stop inside a number or an initialism does not.
CLAUSE_ENDS = frozenset(",，.。!！?？;；:：、…\n")


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def match_copy(text: str, language: str) -> str:
    """Full width folded, lower case; Mandarin in simplified characters with 0-9 written as 零-九.

    One character stays one character: what would change the length is left as it was.
    """
    folded = "".join(_one_for_one(character) for character in text.translate(_QUOTES))
    if language != "zh":
        return folded
    simplified = _converter().convert(folded)
    if len(simplified) != len(folded):
        simplified = "".join(_same_length(character) for character in folded)
    return simplified.translate(_DIGITS)  # type: ignore[no-any-return]


def _one_for_one(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else character


def _same_length(character: str) -> str:
    simplified: str = _converter().convert(character)
    return simplified if len(simplified) == 1 else character
