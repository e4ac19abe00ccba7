"""From cues to the five verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..records import OBLIGATIONS, Basis, Cue, Transcript, Verdict
from ..settings import JudgeSettings
from .call import Call, Starts
from .exchanged import Reread, accuses, doubted, exchanged, who_said_it
from .sure_cues import doubtful, how_sure, sure_cues, surely_disclosed
from .timeline import Timeline
from .verdicts import JUDGES

__all__ = ["judge"]


def judge(
    transcript: Transcript,
    cues: Sequence[Cue],
    *,
    settings: JudgeSettings,
    basis: Basis = "audio",
    duration_ms: int,
    supported: tuple[str, ...] = ("zh", "en"),
    starts: Starts = None,
    traces: Sequence[Cue] = (),
    reread: Reread | None = None,
) -> tuple[Verdict, ...]:
    """One verdict an obligation, in the order of OBLIGATIONS, by the vocabulary's table.

    duration_ms: of the recording (0 for text). supported: languages whose cues can be found. starts: what the user says
    about the beginning of the recording.
    traces: what may have been a cue, too faint to be one; it blocks the absence of that cue, and settles nothing.
    reread: reads cues and traces of the call with its two sides exchanged. A verdict that accuses, and would not then,
    needs sure roles; without reread every one that accuses does.
    A verdict that accuses must follow from the sure cues alone, too.
    With basis "text" the preconditions are taken as given and the 30 s window becomes order.
    """
    call = Call(Timeline(transcript, tuple(cues), duration_ms), settings, basis, supported, starts, tuple(traces))
    verdicts = _sure_of_words(call)
    return verdicts if basis == "text" else _sure_of_roles(call, verdicts, reread)


def _sure_of_words(call: Call) -> tuple[Verdict, ...]:
    """The verdicts. What accuses must follow from the sure cues alone, or from them accuse otherwise; else it cannot be
    told."""
    verdicts = tuple(JUDGES[obligation](call) for obligation in OBLIGATIONS)
    cues, settings = call.line.cues, call.settings
    other = replace(call, line=replace(call.line, all_cues=sure_cues(cues, settings)))
    settled = []
    for verdict in verdicts:
        if accuses(verdict):
            firm = JUDGES[verdict.obligation](other)
            if firm.verdict == "heard_late" and not surely_disclosed(firm, cues, settings):
                firm = doubtful(firm, settings.lone_classifier_confidence, settings.sure_cue_confidence)
            elif not accuses(firm):
                firm = doubtful(verdict, how_sure(cues, settings), settings.sure_cue_confidence)
            verdict = firm
        settled.append(verdict)
    return tuple(settled)


def _sure_of_roles(call: Call, verdicts: tuple[Verdict, ...], reread: Reread | None) -> tuple[Verdict, ...]:
    """The verdicts; those that accuse by an unsure role, and would not with the two sides exchanged, cannot be told."""
    sure = [who_said_it(call, verdict) for verdict in verdicts]
    needed = call.settings.sure_role_confidence
    unsure = [accuses(v) and s < needed for v, s in zip(verdicts, sure, strict=True)]
    if not any(unsure):
        return verdicts
    same = _also_exchanged(call, verdicts, reread)
    return tuple(
        doubted(call, verdict, sure_of_role) if is_unsure and not stands else verdict
        for verdict, sure_of_role, is_unsure, stands in zip(verdicts, sure, unsure, same, strict=True)
    )


def _also_exchanged(call: Call, verdicts: tuple[Verdict, ...], reread: Reread | None) -> list[bool]:
    """Whether each verdict is the same word with the two sides exchanged."""
    if reread is None:
        return [False] * len(verdicts)
    swapped = exchanged(call.line.transcript)
    cues, traces = reread(swapped)
    line = Timeline(swapped, tuple(cues), call.line.duration_ms)
    other = replace(call, line=line, traces=tuple(traces))
    return [one.verdict == verdict.verdict for one, verdict in zip(_sure_of_words(other), verdicts, strict=True)]
