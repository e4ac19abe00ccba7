"""What several checks share."""

from __future__ import annotations

from ...records import Both, Turn
from ..call import Check

__all__ = ["as_given", "length_ms", "percent"]


def as_given(name: str) -> Check:
    return Check(name, True, Both("Taken as given in the text supplied.", "以所提供的文字为准。"))


def percent(share: float) -> str:
    """Rounded down to a tenth of a percent, so that what just fails does not look as if it held."""
    return f"{int(share * 1000) / 10:.1f}%"


def length_ms(turn: Turn) -> int:
    return max(1, (turn.end_ms or 0) - (turn.start_ms or 0))
