"""The picture of a call: who spoke when, where the cues lie, what was not transcribed. Geometry only, in percent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.evidence.wording import clock
from pipeline.records import CallReport, Cue, Role, Tone

LANE_PX = 26  # height of a speaker's lane
TOP_PX = 20  # the clock above the lanes
_ORDER: tuple[Role, ...] = ("caller", "human", "callee", "carrier", "unknown")
#: Distances between the times written along the top, ms; the first that gives at most MOST_TICKS is taken.
_TICKS_MS = (5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000)
MOST_TICKS = 8
#: Call length from which the timeline is wider than the page and scrolls: (minutes, class in page.css).
_WIDTHS = ((30, "tl-xl"), (10, "tl-l"), (3, "tl-m"))


@dataclass(frozen=True)
class Band:
    """A rectangle: x and width in percent of the call's length."""

    x: str
    width: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True)
class Mark:
    cue: Cue
    x: str
    y: int  # px


@dataclass(frozen=True)
class ToneMark:
    tone: Tone
    x: str


@dataclass(frozen=True)
class Lane:
    role: Role
    y: int  # px, its top
    bands: tuple[Band, ...]


@dataclass(frozen=True)
class Tick:
    x: str
    label: str
    last: bool


@dataclass(frozen=True)
class Timeline:
    """All of the drawing. height, lanes_bottom: px; width_class: how wide it is drawn."""

    duration_ms: int
    height: int
    lanes_bottom: int
    width_class: str
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    gaps: tuple[Band, ...]
    examined: tuple[Band, ...]
    tones: tuple[ToneMark, ...]
    ticks: tuple[Tick, ...]


def draw(report: CallReport) -> Timeline | None:
    """The timeline of a report; None where nothing in it has a time."""
    timed = [t for t in report.transcript.turns if t.start_ms is not None and t.end_ms is not None]
    ends = [t.end_ms for t in timed if t.end_ms is not None]
    duration = max([report.recording.duration_ms, *ends], default=0)
    if duration <= 0 or (not timed and not report.transcript.tones):
        return None

    def x(ms: int) -> str:
        return f"{100 * min(max(ms, 0), duration) / duration:.3f}%"

    def bands(spans: Iterable[tuple[int, int]]) -> tuple[Band, ...]:
        return tuple(Band(x(a), x(max(0, min(b, duration) - max(a, 0))), a, b) for a, b in spans)

    roles = [role for role in _ORDER if any(t.role == role for t in timed)]
    lanes = tuple(
        Lane(role, TOP_PX + LANE_PX * row, bands((t.start_ms or 0, t.end_ms or 0) for t in timed if t.role == role))
        for row, role in enumerate(roles)
    )
    tops = {lane.role: lane.y for lane in lanes}
    bottom = TOP_PX + LANE_PX * len(lanes)
    examined = {(s.start_ms, s.end_ms) for v in report.verdicts for s in v.examined}
    return Timeline(
        duration_ms=duration,
        height=bottom + (LANE_PX if report.transcript.tones else 0) + LANE_PX // 2,
        lanes_bottom=bottom,
        width_class=next((name for minutes, name in _WIDTHS if duration >= minutes * 60_000), "tl-s"),
        lanes=lanes,
        marks=tuple(Mark(c, x(c.start_ms), tops.get(c.role, TOP_PX)) for c in report.cues if c.start_ms is not None),
        gaps=bands((g.start_ms, g.end_ms) for g in report.transcript.coverage.gaps),
        examined=bands(_merged(examined)),
        tones=tuple(ToneMark(t, x(t.start_ms)) for t in report.transcript.tones),
        ticks=_ticks(duration),
    )


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The union of spans, in order."""
    union: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(end, union[-1][1]))
        else:
            union.append((start, end))
    return union


def _ticks(duration_ms: int) -> tuple[Tick, ...]:
    step = next((s for s in _TICKS_MS if duration_ms / s <= MOST_TICKS), _TICKS_MS[-1])
    times = range(0, duration_ms + 1, step)
    return tuple(
        Tick(f"{100 * ms / duration_ms:.3f}%", clock(ms)[:-2], last=100 * ms / duration_ms > 95) for ms in times
    )
