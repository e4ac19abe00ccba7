"""One module an obligation, each with `judge(call) -> Verdict`: the rows of the vocabulary's table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ...records import Obligation, Verdict
from ..call import Call
from . import bot_disclosure, caller_identity, consent, human_transfer, opt_out

__all__ = ["JUDGES"]

JUDGES: Mapping[Obligation, Callable[[Call], Verdict]] = MappingProxyType(
    {
        "bot_disclosure": bot_disclosure.judge,
        "human_transfer": human_transfer.judge,
        "consent": consent.judge,
        "opt_out": opt_out.judge,
        "caller_identity": caller_identity.judge,
    }
)
