"""Would the verdict stand if the two speakers were the other way round? What would not needs sure roles to accuse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import MappingProxyType

from ..records import Both, Cue, Role, Transcript, Turn, Verdict
from .call import Call
from .rules import ACCUSING
from .timeline import FAR
from .wording import join

__all__ = ["Reread", "accuses", "doubted", "exchanged", "who_said_it"]

#: Reads the cues and the traces of a transcript again, its roles being others.
Reread = Callable[[Transcript], tuple[Sequence[Cue], Sequence[Cue]]]

_OTHER_SIDE: MappingProxyType[Role, Role] = MappingProxyType(
    {"caller": "callee", "human": "callee", "callee": "caller"}
)
_BY_SILENCE = ("not_heard", "gap", "ignored", "asked_not_provided")  # something the caller's side did not say


def accuses(verdict: Verdict) -> bool:
    """Whether a rule may rest an accusation on the verdict."""
    return verdict.verdict in ACCUSING[verdict.obligation]


def exchanged(transcript: Transcript) -> Transcript:
    """The same call with the caller's side and the person called swapped."""
    turns = tuple(replace(turn, role=_OTHER_SIDE.get(turn.role, turn.role)) for turn in transcript.turns)
    return replace(transcript, turns=turns)


def who_said_it(call: Call, verdict: Verdict) -> float:
    """How sure it is, 0-1, who said what the verdict rests on: the least sure of its kinds of cue, of its turns that no
    cue stands in, and, where silence of the caller's side is held against it, of the caller.

    Of several cues of one label the surest counts: one request is a request.
    """
    if verdict.verdict == "not_heard":  # what it cites, a question say, is beside the point
        return _caller(call)
    cues = [cue for cue in call.line.cues if cue.id in verdict.cue_ids]
    labels = {cue.label for cue in cues}
    sure = [max(call.line.role_confidence(cue) for cue in cues if cue.label == label) for label in labels]
    cited = {cue.turn_id for cue in cues}
    sure += [t.role_confidence for t in call.line.turns if t.id in verdict.turn_ids and t.id not in cited]
    if verdict.verdict in _BY_SILENCE:
        sure.append(_caller(call))
    return min(sure, default=1.0)


def _caller(call: Call) -> float:
    """How sure it is who the caller is, turns counting by length; a person after a hand-over only by default."""
    turns = [t for t in call.line.turns if t.role == "caller"] or [t for t in call.line.turns if t.role in FAR]
    lengths = [_length(turn) for turn in turns]
    return sum(n * t.role_confidence for n, t in zip(lengths, turns, strict=True)) / max(1, sum(lengths))


def _length(turn: Turn) -> int:
    return max(1, (turn.end_ms or 0) - (turn.start_ms or 0))


def doubted(call: Call, verdict: Verdict, sure: float) -> Verdict:
    """`cannot_tell` in place of a verdict that accuses by who said what. sure: of that, 0-1."""
    needed = call.settings.sure_role_confidence
    why = Both(
        f"It depends on which of the speakers is the caller, and that is not sure enough ({sure:.2f}; {needed:.2f} "
        "needed before anything is held against anybody). Please listen and correct the speakers if they are wrong.",
        f"结论取决于哪一方是主叫方，而这一点不够确定（{sure:.2f}，需达到 {needed:.2f} 才会作出不利于任何一方的判断）。"
        "请人工听辨，如说话人有误请更正。",
    )
    reason = join(Both("Cannot be told.", "无法判断。"), why)
    return replace(verdict, verdict="cannot_tell", confidence=0.0, reason=reason)
