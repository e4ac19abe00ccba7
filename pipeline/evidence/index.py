"""The folder's own page and tables: index.html, index.csv, index.json."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from markupsafe import Markup

from pipeline.evidence import wording
from pipeline.evidence.document import canonical, to_plain
from pipeline.evidence.files import folder_names, writable, write_atomically
from pipeline.evidence.page import CONTEXT_NAMES, PAGE_FILE, page_language
from pipeline.evidence.render import render
from pipeline.records import OBLIGATIONS, SCHEMA_VERSION, CallReport, Obligation, VerdictWord

INDEX_PAGE, INDEX_TABLE, INDEX_JSON = "index.html", "index.csv", "index.json"
_TONES: tuple[wording.Tone, ...] = ("met", "partly", "absent", "against", "unknown")
_COLUMNS = ("call", "when", "length", *OBLIGATIONS, "findings", "leads_short")
#: First characters that make a spreadsheet run a cell, with their full-width forms.
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


class SkippedFile(Protocol):
    """What was among the recordings and was not opened. name: relative to the scanned root."""

    @property
    def name(self) -> str: ...

    @property
    def reason(self) -> str: ...


@dataclass(frozen=True)
class Cell:
    obligation: Obligation
    word: VerdictWord | None
    tone: wording.Tone | None
    rank: int  # for sorting: what most wants a look comes last


@dataclass(frozen=True)
class Row:
    file: str
    link: str
    other_party: str
    outcome: str
    error: str
    started_at: str
    started_shown: str
    duration_ms: int
    cells: tuple[Cell, ...]
    findings: int
    leads: int
    corrected: bool  # by a person
    kinds: str  # the filters it passes, space between


@dataclass(frozen=True)
class Part:
    """One part of a bar: x, width and middle in percent."""

    tone: wording.Tone
    count: int
    x: str
    width: str
    middle: str


@dataclass(frozen=True)
class Bar:
    obligation: Obligation
    parts: tuple[Part, ...]
    words: tuple[tuple[VerdictWord, wording.Tone, int], ...]


def write_index(
    reports: Sequence[CallReport],
    out: Path,
    skipped: Sequence[SkippedFile] = (),
    *,
    folders: Sequence[str] | None = None,
) -> None:
    """Write out/index.html, index.csv and index.json, each atomically; the same reports give the same bytes.

    folders: the name of each report's folder in `out`, in the order of `reports`; None: `folder_names` of them.
    Raises OSError.
    """
    names = folders or folder_names((r.recording.file, r.recording.sha256) for r in reports)
    placed = sorted(zip(reports, names, strict=True), key=lambda pair: (pair[0].recording.file, pair[1]))
    left_out = sorted((s.name, s.reason) for s in skipped)
    write_atomically(out / INDEX_JSON, _as_json(placed, left_out))
    write_atomically(out / INDEX_TABLE, _as_csv(placed))
    write_atomically(out / INDEX_PAGE, _as_page(placed, left_out))


def _as_page(placed: Sequence[tuple[CallReport, str]], skipped: Sequence[tuple[str, str]]) -> bytes:
    reports = [report for report, _ in placed]
    chinese = sum(page_language(report) == "zh-Hans" for report in reports)
    failed = sum(report.outcome == "failed" for report in reports)
    counts = [
        (str(len(reports)), "n_calls"),
        (wording.clock(sum(r.recording.duration_ms for r in reports)), "total_length"),
        (str(len(reports) - failed), "n_examined"),
        (str(failed), "n_failed"),
        (str(_count(reports, "finding")), "n_findings"),
        (str(_count(reports, "lead")), "n_leads"),
    ]
    return render(
        "index.html",
        style=("page.css", "index.css"),
        script="index.js",
        language="zh-Hans" if chinese * 2 > len(reports) else "en",
        counts=[(number, wording.in_both(wording.said(f"ui.{key}"))) for number, key in counts if number != "0"],
        rows=[_row(report, folder) for report, folder in placed],
        bars=[bar for obligation in OBLIGATIONS if (bar := _bar(obligation, reports)).parts],
        columns=_COLUMNS,
        heading=_heading,
        skipped=skipped,
    )


def _heading(key: str) -> Markup:
    return wording.in_both(wording.said(f"obligation.{key}" if key in OBLIGATIONS else f"ui.{key}"))


def _row(report: CallReport, folder: str) -> Row:
    recording = report.recording
    words = {v.obligation: v.verdict for v in report.verdicts}
    cells = []
    for obligation in OBLIGATIONS:
        word = words.get(obligation)
        tone = wording.TONES[word] if word else None
        rank = ("met", "unknown", "partly", "absent", "against").index(tone) if tone else -1
        cells.append(Cell(obligation, word, tone, rank))
    tones = {cell.tone for cell in cells}
    findings, leads = _count([report], "finding"), _count([report], "lead")
    kinds = {
        "findings": findings > 0,
        "leads": leads > 0,
        "missed": bool(tones & {"absent", "against"}),
        "unknown": "cannot_tell" in words.values(),
        "failed": report.outcome == "failed",
    }
    return Row(
        file=recording.file,
        link=quote(f"{folder}/{PAGE_FILE}"),
        other_party=recording.other_party or "",
        outcome=report.outcome,
        error=report.error.message.split("\n", 1)[0] if report.error else "",
        started_at=recording.started_at or "",
        started_shown=(recording.started_at or "").replace("T", " "),
        duration_ms=recording.duration_ms,
        cells=tuple(cells),
        findings=findings,
        leads=leads,
        corrected=bool(report.corrections),
        kinds=" ".join(kind for kind, passes in kinds.items() if passes),
    )


def _bar(obligation: Obligation, reports: Sequence[CallReport]) -> Bar:
    words = Counter(v.verdict for r in reports for v in r.verdicts if v.obligation == obligation)
    total = sum(words.values())
    parts, before = [], 0
    for tone in _TONES:
        count = sum(n for word, n in words.items() if wording.TONES[word] == tone)
        if count:
            x, width = 100 * before / total, 100 * count / total
            parts.append(Part(tone, count, f"{x:.3f}%", f"{width:.3f}%", f"{x + width / 2:.3f}%"))
        before += count
    order = sorted(words.items(), key=lambda item: (_TONES.index(wording.TONES[item[0]]), item[0]))
    return Bar(obligation, tuple(parts), tuple((word, wording.TONES[word], n) for word, n in order))


def _count(reports: Sequence[CallReport], kind: str) -> int:
    return sum(finding.kind == kind for report in reports for finding in report.findings)


def _entry(report: CallReport, folder: str) -> dict[str, Any]:
    """One call in index.json and index.csv."""
    plain = to_plain(report)
    recording = plain["recording"]
    verdicts = {v["obligation"]: v["verdict"] for v in plain["verdicts"]}
    return {
        "file": recording["file"],
        "folder": folder,
        "sha256": recording["sha256"],
        "outcome": plain["outcome"],
        "error": plain["error"]["kind"] if plain["error"] else None,
        "started_at": recording["started_at"],
        "other_party": recording["other_party"],
        "duration_ms": recording["duration_ms"],
        "language": plain["transcript"]["language"],
        "coverage": plain["transcript"]["coverage"]["ratio"],
        "context": {name: fact["value"] for name, fact in plain["context"].items() if name in CONTEXT_NAMES},
        "verdicts": {obligation: verdicts.get(obligation) for obligation in OBLIGATIONS},
        "cues": dict(Counter(cue["label"] for cue in plain["cues"])),
        "findings": _count([report], "finding"),
        "leads": _count([report], "lead"),
        "corrections": len(report.corrections),
        "recogniser": next((m["name"] for m in plain["models"] if m["role"] == "recogniser"), None),
    }


def _as_json(placed: Sequence[tuple[CallReport, str]], skipped: Sequence[tuple[str, str]]) -> bytes:
    calls = [_entry(report, folder) for report, folder in placed]
    totals = {
        obligation: dict(Counter(call["verdicts"][obligation] for call in calls if call["verdicts"][obligation]))
        for obligation in OBLIGATIONS
    }
    return canonical(
        {
            "schema_version": SCHEMA_VERSION,
            "calls": calls,
            "skipped": [{"name": writable(name), "reason": reason} for name, reason in skipped],
            "totals": {
                "calls": len(calls),
                "failed": sum(call["outcome"] == "failed" for call in calls),
                "findings": sum(call["findings"] for call in calls),
                "leads": sum(call["leads"] for call in calls),
                "verdicts": totals,
            },
        }
    )


def _as_csv(placed: Sequence[tuple[CallReport, str]]) -> bytes:
    """One row a call, UTF-8 with the mark that spreadsheets look for before they trust Chinese text."""
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\r\n")
    single = ("file", "folder", "sha256", "outcome", "error", "started_at", "other_party", "duration_ms", "language")
    after = ("findings", "leads", "coverage", "recogniser")
    writer.writerow([*single, *CONTEXT_NAMES, *OBLIGATIONS, *after[:2], "cues", *after[2:]])
    for report, folder in placed:
        entry = _entry(report, folder)
        writer.writerow(
            [
                *(_guarded(entry[name]) for name in single),
                *(_guarded(entry["context"].get(name)) for name in CONTEXT_NAMES),
                *(_guarded(entry["verdicts"][obligation]) for obligation in OBLIGATIONS),
                *(_guarded(entry[name]) for name in after[:2]),
                sum(entry["cues"].values()),
                *(_guarded(entry[name]) for name in after[2:]),
            ]
        )
    return b"\xef\xbb\xbf" + table.getvalue().encode()


def _guarded(value: object) -> str:
    """A cell that no spreadsheet takes for a formula: text that starts like one gets an apostrophe before it."""
    text = "" if value is None else wording.shown(str(value))
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text
