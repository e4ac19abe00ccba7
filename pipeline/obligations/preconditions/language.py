"""Whether cues can be found in the call's language at all."""

from __future__ import annotations

from ...records import Both
from ..call import Call, Check
from .shared import as_given

__all__ = ["language_supported"]


def language_supported(call: Call) -> Check:
    """Whether cues can be found in the call's language at all."""
    name = "language_supported"
    language = call.line.transcript.language
    if language is None:
        if call.basis == "text":
            return as_given(name)
        return Check(name, False, Both("No language could be made out.", "未能识别语言。"))
    if language.split("-")[0] in call.supported:
        return Check(name, True, Both(f"The language ({language}) is supported.", f"支持该语言（{language}）。"))
    listed = ", ".join(call.supported)
    return Check(
        name,
        False,
        Both(
            f"The language ({language}) is not among those supported ({listed}).",
            f"尚不支持该语言（{language}），支持：{listed}。",
        ),
    )
