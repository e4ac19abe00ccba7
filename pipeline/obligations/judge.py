"""From cues to the five verdicts."""

from __future__ import annotations

from collections.abc import Sequence

from ..records import OBLIGATIONS, Basis, Cue, Transcript, Verdict
from ..settings import JudgeSettings
from .call import Call, Starts
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
) -> tuple[Verdict, ...]:
    """One verdict an obligation, in the order of OBLIGATIONS, by the vocabulary's table.

    duration_ms: of the recording (0 for text). supported: languages whose cues can be found. starts: what the user says
    about the beginning of the recording.
    traces: what may have been a cue, too faint to be one; it blocks the absence of that cue, and settles nothing.
    With basis "text" the preconditions are taken as given and the 30 s window becomes order.
    """
    line = Timeline(transcript, tuple(cues), duration_ms)
    call = Call(line, settings, basis, supported, starts, tuple(traces))
    return tuple(JUDGES[obligation](call) for obligation in OBLIGATIONS)
