"""What a verdict says about the person's part in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from pipeline.evidence import wording
from pipeline.obligations.wording import join, quoted
from pipeline.records import Both, Cue, CueLabel, Obligation, Verdict, VerdictWord

#: What would have settled an obligation, had it not been rejected.
_SETTLES: Mapping[Obligation, tuple[CueLabel, ...]] = MappingProxyType(
    {
        "bot_disclosure": ("bot_disclosure", "ai_label"),
        "human_transfer": ("human_offer", "transfer_started"),
        "consent": ("consent_request", "consent_claim", "consent_given"),
        "opt_out": ("optout_offer", "optout_ack"),
        "caller_identity": ("caller_identity",),
    }
)
_ABSENCES: tuple[VerdictWord, ...] = ("not_heard", "gap", "ignored", "asked_not_provided")


def with_remarks(
    verdicts: Sequence[Verdict], before: Sequence[Verdict], *, rejected: Sequence[Cue], fallen: Sequence[Cue]
) -> tuple[Verdict, ...]:
    """The verdicts, each saying what a person's corrections did to it. before: the machine's own.

    An absence that rests on a rejected cue, or on one that fell with the question it answered, says which words were
    taken away; a changed word says what it was.
    """
    was = {verdict.obligation: verdict.verdict for verdict in before}
    return tuple(_with_remark(verdict, was.get(verdict.obligation), rejected, fallen) for verdict in verdicts)


def _with_remark(verdict: Verdict, was: VerdictWord | None, rejected: Sequence[Cue], fallen: Sequence[Cue]) -> Verdict:
    said: list[Both] = []
    if verdict.verdict in _ABSENCES:
        lost = [cue for cue in rejected if cue.label in _SETTLES[verdict.obligation]]
        said += [
            Both(
                f"The machine took words {quoted(cue).en} for it; a person rejected that.",
                f"机器曾把 {quoted(cue).zh}当作该内容，已被人工否定。",
            )
            for cue in lost
        ]
        said += [
            Both(
                f"The machine took words {quoted(cue).en} for it as an answer to words that a person rejected.",
                f"机器曾把 {quoted(cue).zh}当作该内容，但它只是对已被人工否定的语句的回应。",
            )
            for cue in fallen
            if cue.label in _SETTLES[verdict.obligation]
        ]
    if was is not None and was != verdict.verdict:
        word = wording.said(f"verdict.{was}")
        said.append(
            Both(
                f"This follows from a person's corrections; the machine alone had: “{word.en}”.",
                f"以上依据人工更正得出；机器原先的判断：“{word.zh}”。",
            )
        )
    return replace(verdict, reason=join(verdict.reason, *said)) if said else verdict
