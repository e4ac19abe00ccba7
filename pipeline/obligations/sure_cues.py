"""Would the verdict stand on the cues that are sure? What would not is held against nobody."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from ..records import CLASSIFIER, Both, Cue, CueLabel, Verdict
from ..settings import JudgeSettings
from .wording import join

__all__ = ["doubtful", "how_sure", "sure_cues"]

#: Cues that can turn a call against the caller by being there. The others only clear the caller: they always count.
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
    """Without the cues that could accuse and are less sure than that needs."""
    needed = settings.sure_cue_confidence
    return tuple(cue for cue in cues if cue.label not in _LEADING or _worth(cue, settings) >= needed)


def how_sure(verdict: Verdict, cues: Sequence[Cue], settings: JudgeSettings) -> float:
    """Of the words an accusation rests on, 0-1: the least sure of its kinds of cue, one of several sufficing."""
    cited = [cue for cue in cues if cue.id in verdict.cue_ids and cue.label in _LEADING]
    wrong = {label: math.prod(1 - _worth(cue, settings) for cue in cited if cue.label == label) for label in _LEADING}
    return 1 - max(wrong[cue.label] for cue in cited) if cited else 1.0


def _worth(cue: Cue, settings: JudgeSettings) -> float:
    """A cue's confidence, 0-1; what the classifier alone heard is worth no more than one witness is."""
    alone = bool(cue.votes) and all(vote.matcher == CLASSIFIER for vote in cue.votes)
    return min(cue.confidence, settings.lone_classifier_confidence) if alone else cue.confidence


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
