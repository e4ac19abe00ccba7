"""A person's corrections as the page shows them: each with the machine's reading beside it, and what they changed."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.evidence import wording
from pipeline.evidence.document import reading_mark
from pipeline.records import Both, CallReport, Correction, Cue, Obligation, Turn, VerdictWord


@dataclass(frozen=True)
class CorrectionView:
    """by: the person's name, or that a person did it. was, now: words, or for a role its name; None: nothing there."""

    correction: Correction
    by: Both
    was: Both | None
    now: Both | None


@dataclass(frozen=True)
class VerdictChange:
    obligation: Obligation
    was: VerdictWord
    now: VerdictWord


@dataclass(frozen=True)
class CorrectedView:
    """mark: of the machine's reading. by_turn: corrections of a turn's role and words. machine: turns as it had them.

    by_cue: the person's word on a cue that stands. found, lost: cues that came or went when the text was read again.
    """

    mark: str
    all: tuple[CorrectionView, ...]
    by_turn: dict[str, tuple[CorrectionView, ...]]
    by_cue: dict[str, CorrectionView]
    machine: dict[str, Turn]
    verdicts: tuple[VerdictChange, ...]
    found: tuple[Cue, ...]
    lost: tuple[Cue, ...]


def corrected_view(report: CallReport) -> CorrectedView:
    """What the page shows of a person's corrections; empty but for the mark where there are none."""
    views = tuple(_view(correction) for correction in report.corrections)
    machine = report.machine
    turns = machine.transcript.turns if machine else ()
    before = {verdict.obligation: verdict.verdict for verdict in machine.verdicts} if machine else {}
    had = {cue.id for cue in machine.cues} if machine else {cue.id for cue in report.cues}
    have = {cue.id for cue in report.cues}
    told = {view.correction.target for view in views}
    return CorrectedView(
        mark=reading_mark(report),
        all=views,
        by_turn={
            turn.id: of_turn
            for turn in turns
            if (of_turn := tuple(v for v in views if v.correction.label is None and turn.id in v.correction.turn_ids))
        },
        by_cue={v.correction.target: v for v in views if v.correction.kind in ("confirm", "add")},
        machine={turn.id: turn for turn in turns},
        verdicts=tuple(
            VerdictChange(v.obligation, before[v.obligation], v.verdict)
            for v in report.verdicts
            if before.get(v.obligation, v.verdict) != v.verdict
        ),
        found=tuple(cue for cue in report.cues if cue.id not in had | told),
        lost=tuple(cue for cue in (machine.cues if machine else ()) if cue.id not in have | told),
    )


def _view(correction: Correction) -> CorrectionView:
    by = Both(correction.by, correction.by) if correction.by else wording.said("ui.a_person")
    return CorrectionView(correction, by, _shown(correction, correction.was), _shown(correction, correction.now))


def _shown(correction: Correction, text: str) -> Both | None:
    if not text:
        return None
    if correction.kind != "role":
        return Both(text, text)
    names = [wording.named("role", role) for role in text.split(",")]
    return Both(", ".join(name.en for name in names), "、".join(name.zh for name in names))
