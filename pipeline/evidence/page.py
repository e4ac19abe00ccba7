"""report.html: one call as a page a person can read, print, hear and attach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from pipeline.evidence import wording
from pipeline.evidence.corrected import corrected_view
from pipeline.evidence.document import EVIDENCE_FILE
from pipeline.evidence.files import write_atomically
from pipeline.evidence.marks import Piece, mark_turn
from pipeline.evidence.playback import PLAYING_COPY, write_playing_copy
from pipeline.evidence.render import render
from pipeline.evidence.timeline import draw
from pipeline.records import Audio, Both, CallReport, ContextFact, Cue, Finding, Gap, Tone, Turn, Verdict
from pipeline.settings import Settings

PAGE_FILE = "report.html"
CONTEXT_NAMES = ("call_kind", "voice", "direction", "line", "jurisdiction")
_SHOWN_FACTS = (*CONTEXT_NAMES, "caller_automated")


@dataclass(frozen=True)
class VerdictView:
    verdict: Verdict
    tone: wording.Tone
    sentence: Markup
    cues: tuple[Cue, ...]
    turns: tuple[Turn, ...]  # those cited that no cue of `cues` lies in
    held: int


@dataclass(frozen=True)
class NormView:
    """A rule's source. Every text may differ by language; "" where the pack says nothing."""

    title: Both
    article: Both
    issuer: Both
    status: str
    grade: str
    start: str
    end: str
    checked: str


@dataclass(frozen=True)
class FindingView:
    finding: Finding
    norm: NormView
    cues: tuple[Cue, ...]


@dataclass(frozen=True)
class TurnView:
    turn: Turn
    pieces: tuple[Piece, ...]
    unplaced: tuple[Cue, ...]


@dataclass(frozen=True)
class Line:
    """One row of the transcript: a turn, a gap or a tone, whichever is not None."""

    turn: TurnView | None = None
    gap: Gap | None = None
    tone: Tone | None = None


def write_call_page(report: CallReport, folder: Path, audio: Audio | None) -> Path:
    """Write folder/report.html, and the playing copy beside it where `audio` is given; return the page's path.

    Without audio a playing copy already in the folder is kept in use (a report drawn again). Raises OSError.
    """
    if audio is not None and audio.samples.shape[1] > 0:
        write_playing_copy(audio, folder)
    has_audio = report.outcome != "failed" and (folder / PLAYING_COPY).exists()
    return write_atomically(folder / PAGE_FILE, call_page(report, sound=PLAYING_COPY if has_audio else None))


def call_page(report: CallReport, *, sound: str | None) -> bytes:
    """The page as bytes. sound: the playing copy's name relative to the page; None for a page without a player."""
    cues = {cue.id: cue for cue in report.cues}
    turns = {turn.id: turn for turn in report.transcript.turns}
    findings = [_finding_view(f, cues) for f in report.findings]
    doubt_below = _setting(report.settings, "speech", "word_confidence", Settings().speech.word_confidence)
    window_ms = _setting(report.settings, "judge", "disclosure_window_ms", Settings().judge.disclosure_window_ms)
    error = report.error.message.split("\n", 1) if report.error else ["", ""]
    return render(
        "call.html",
        style="page.css",
        script="call.js",
        report=report,
        recording=report.recording,
        language=page_language(report),
        spoken=report.transcript.language or "und",
        sound=sound,
        evidence_link=Markup('<a href="{0}">{0}</a>').format(EVIDENCE_FILE),
        index_file="../index.html",
        verdicts=[_verdict_view(v, cues, turns, live=sound is not None) for v in report.verdicts],
        findings=[f for f in findings if f.finding.kind == "finding"],
        leads=[f for f in findings if f.finding.kind == "lead"],
        law_chosen=_known(report.context.get("jurisdiction")) is not None,
        timeline=draw(report),
        lines=_lines(report, doubt_below),
        corrected=corrected_view(report),
        context=[(name, _known(report.context.get(name))) for name in (*_SHOWN_FACTS, *_others(report.context))],
        settings=list(_flat(report.settings)),
        doubt_below=f"{doubt_below:.2f}",
        window_s=f"{window_ms / 1000:g}",
        error_what=error[0],
        error_do=error[1].strip() if len(error) > 1 else "",
    )


def page_language(report: CallReport) -> str:
    """The lang attribute a page opens with: that of the call, or of its file name where nothing was said."""
    if report.transcript.language is not None:
        return "zh-Hans" if report.transcript.language.startswith("zh") else "en"
    return "zh-Hans" if any("\u4e00" <= c <= "\u9fff" for c in report.recording.file) else "en"


def time_button(ms: int, *, live: bool) -> Markup:
    """A time: a button that seeks the player where there is one."""
    if live:
        return Markup('<button type="button" class="time" data-seek="{}">{}</button>').format(ms, wording.clock(ms))
    return Markup('<time class="time">{}</time>').format(wording.clock(ms))


def _verdict_view(verdict: Verdict, cues: Mapping[str, Cue], turns: Mapping[str, Turn], *, live: bool) -> VerdictView:
    resting = tuple(cues[i] for i in verdict.cue_ids if i in cues)
    within = {cue.turn_id for cue in resting}
    ms = wording.anchor_ms(verdict, dict(cues), dict(turns))
    sentence = wording.verdict_sentence(verdict)
    if ms is not None:
        time = time_button(ms, live=live)
        at_pair = wording.said("at.time")
        at = {"en": Markup(at_pair.en).format(time=time), "zh": Markup(at_pair.zh).format(time=time)}
    else:
        place = wording.said("at.text" if verdict.basis == "text" else "at.somewhere")
        at = {"en": Markup.escape(place.en), "zh": Markup.escape(place.zh)}
    spans = wording.between(verdict.examined)
    filled = {
        "en": Markup(sentence.en).format(at=at["en"], span=spans.en),
        "zh": Markup(sentence.zh).format(at=at["zh"], span=spans.zh),
    }
    return VerdictView(
        verdict=verdict,
        tone=wording.TONES[verdict.verdict],
        sentence=wording.in_both(Both("{en}", "{zh}"), en=filled["en"], zh=filled["zh"]),
        cues=resting,
        turns=tuple(turns[i] for i in verdict.turn_ids if i in turns and i not in within),
        held=sum(p.held for p in verdict.preconditions),
    )


def _finding_view(finding: Finding, cues: Mapping[str, Cue]) -> FindingView:
    norm = finding.norm

    def text(*names: str) -> Both:
        """The first of the names the pack has: one text for both, {"en", "zh"}, or name_en and name_zh."""
        for name in names:
            value = norm.get(name)
            en = value.get("en") if isinstance(value, Mapping) else norm.get(f"{name}_en", value)
            zh = value.get("zh") if isinstance(value, Mapping) else norm.get(f"{name}_zh", value)
            if en or zh:
                return Both(en=str(en or zh), zh=str(zh or en))
        return Both("", "")

    def one(*names: str) -> str:
        return next((str(norm[name]) for name in names if norm.get(name)), "")

    return FindingView(
        finding=finding,
        norm=NormView(
            title=text("title"),
            article=text("article", "ref"),
            issuer=text("issuer"),
            status=one("status", "norm_status"),
            grade=one("grade"),
            start=one("from", "effective_from"),
            end=one("to", "until", "effective_to"),
            checked=one("checked", "last_verified"),
        ),
        cues=tuple(cues[i] for i in finding.cue_ids if i in cues),
    )


def _lines(report: CallReport, doubt_below: float) -> list[Line]:
    """Turns, gaps and tones in the order of time; turns without times keep their own order."""
    by_turn: defaultdict[str, list[Cue]] = defaultdict(list)
    for cue in report.cues:
        by_turn[cue.turn_id].append(cue)
    placed: list[tuple[float, Line]] = []
    latest = 0.0
    for turn in report.transcript.turns:
        latest = float(turn.start_ms) if turn.start_ms is not None else latest
        pieces, unplaced = mark_turn(turn, by_turn[turn.id], doubt_below=doubt_below)
        placed.append((latest, Line(turn=TurnView(turn, pieces, unplaced))))
    placed += [(gap.start_ms, Line(gap=gap)) for gap in report.transcript.coverage.gaps]
    placed += [(tone.start_ms, Line(tone=tone)) for tone in report.transcript.tones]
    return [line for _, line in sorted(placed, key=lambda pair: pair[0])]


def _others(context: Mapping[str, object]) -> Sequence[str]:
    return sorted(set(context) - set(_SHOWN_FACTS))


def _known(fact: ContextFact | None) -> ContextFact | None:
    """The fact, unless all it says is that nothing is known."""
    return None if fact is None or fact.value in ("", "unknown") else fact


def _setting(settings: Mapping[str, Any], group: str, name: str, default: float) -> float:
    """A number from the settings the call was examined with; the default where an older file lacks it."""
    found = settings.get(group)
    value = found.get(name) if isinstance(found, Mapping) else None
    return value if isinstance(value, int | float) else default


def _flat(settings: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in sorted(settings.items()):
        if isinstance(value, Mapping) and value:
            rows += _flat(value, f"{prefix}{name}.")
        elif isinstance(value, list | tuple):
            rows.append((f"{prefix}{name}", ", ".join(str(item) for item in value)))
        elif isinstance(value, Mapping) or value is None:
            rows.append((f"{prefix}{name}", ""))
        else:
            rows.append((f"{prefix}{name}", str(value)))
    return rows
