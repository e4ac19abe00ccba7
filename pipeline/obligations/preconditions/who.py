"""Whether it is known who of the speakers is the caller."""

from __future__ import annotations

from ...records import Both
from ..call import Call, Check
from .shared import as_given, length_ms

__all__ = ["caller_known"]


def caller_known(call: Call) -> Check:
    """Whether it is known who of the speakers is the caller."""
    name = "caller_known"
    far = call.line.far_turns
    if not far:
        return Check(name, False, Both("It is not known which speaker is the caller.", "无法确定哪一方是主叫方。"))
    if call.basis == "text":
        return as_given(name)
    weight = sum(length_ms(t) for t in far)
    sure = sum(length_ms(t) * t.role_confidence for t in far) / weight
    unknown = sum(length_ms(t) for t in call.line.turns if t.role == "unknown")
    share = unknown / sum(length_ms(t) for t in call.line.turns)
    needed = call.settings.min_role_confidence
    if sure < needed:
        return Check(
            name,
            False,
            Both(
                f"Which speaker is the caller is too unsure ({sure:.2f}; {needed:.2f} needed).",
                f"哪一方是主叫方不够确定（{sure:.2f}，需达到 {needed:.2f}）。",
            ),
        )
    if share > call.settings.max_unknown_share:
        return Check(
            name,
            False,
            Both(
                f"{share:.0%} of the speech could not be given to either side.",
                f"有 {share:.0%} 的说话声无法判断是哪一方。",
            ),
        )
    return Check(name, True, Both(f"Who is the caller is known ({sure:.2f}).", f"已确定主叫方（{sure:.2f}）。"))
