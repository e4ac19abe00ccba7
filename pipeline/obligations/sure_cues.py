"""Would the verdict stand on the cues that are sure? What would not is held against nobody."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from ..records import Both, Cue, CueLabel, Verdict
from ..settings import JudgeSettings
from .wording import join

__all__ = ["doubtful", "how_sure", "sure_cues", "surely_disclosed"]

#: Cues that can turn a call against the caller by being there. The others count however unsure: they clear the caller,
#: but for a disclosure that comes late (`surely_disclosed`).
_LEADING: tuple[CueLabel, ...] = (
    "bot_denial",
    "bot_evasion",
    "human_refusal",
    "marketing_pitch",
    "sensitive_request",
    "asks_if_robot",
    "asks_human",
    "refusal",
)


def sure_cues(cues: Sequence[Cue], settings: JudgeSettings) -> tuple[Cue, ...]:
    """Without the cues that could accuse and are less sure than that needs, each alone and all of its kind together."""
    sure = {kind for kind in map(_kind, cues) if _together(cues, kind, settings) >= settings.sure_cue_confidence}
    return tuple(
        cue
        for cue in cues
        if cue.label not in _LEADING or _kind(cue) in sure or _worth(cue, settings) >= settings.sure_cue_confidence
    )


def how_sure(cues: Sequence[Cue], settings: JudgeSettings) -> float:
    """Of the surest of the cues that are not sure enough to accuse, 0-1."""
    kept = sure_cues(cues, settings)
    return max((_worth(cue, settings) for cue in cues if cue not in kept), default=1.0)


def surely_disclosed(verdict: Verdict, cues: Sequence[Cue], settings: JudgeSettings) -> bool:
    """Whether one of the disclosures that a verdict cites is as sure as what accuses must be."""
    said = [cue for cue in cues if cue.id in verdict.cue_ids and cue.label in ("bot_disclosure", "ai_label")]
    return any(_worth(cue, settings) >= settings.sure_cue_confidence for cue in said)


def _kind(cue: Cue) -> tuple[CueLabel, int | None]:
    return cue.label, cue.level


def _together(cues: Sequence[Cue], kind: tuple[CueLabel, int | None], settings: JudgeSettings) -> float:
    """That one of several is right, 0-1. What the classifier alone heard counts once: it errs alike in one call."""
    own = [cue for cue in cues if _kind(cue) == kind]
    lone = max((_worth(cue, settings) for cue in own if cue.by_classifier_alone), default=0.0)
    return 1 - (1 - lone) * math.prod(1 - _worth(cue, settings) for cue in own if not cue.by_classifier_alone)


def _worth(cue: Cue, settings: JudgeSettings) -> float:
    """A cue's confidence, 0-1; what the classifier alone heard is worth no more than one witness is."""
    return min(cue.confidence, settings.lone_classifier_confidence) if cue.by_classifier_alone else cue.confidence


def doubtful(verdict: Verdict, how: float, needed: float) -> Verdict:
    """`cannot_tell` in place of a verdict that accuses by words that may not have been meant, or said, so."""
    why = Both(
        f"It rests on words that are not sure enough to have meant that ({how:.2f}; {needed:.2f} needed before "
        "anything is held against anybody). Please listen to them and confirm or reject them.",
        f"结论所依据的话是否确有此意不够确定（{how:.2f}，需达到 {needed:.2f} 才会作出不利于任何一方的判断）。"
        "请人工听辨并确认或否定。",
    )
    reason = join(Both("Cannot be told.", "无法判断。"), why)
    return replace(verdict, verdict="cannot_tell", confidence=0.0, reason=reason)
