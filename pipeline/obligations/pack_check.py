"""What is wrong with a rule pack, with line numbers (`callwitness rules check`)."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..records import CALLEE_LABELS, CALLER_LABELS, OBLIGATIONS, Both, VerdictWord
from .context import CONTEXT_VALUES
from .deny import banned_words, denied
from .pack_lines import KeyLines
from .packs import build_pack
from .rules import ACCUSING, Rule, fit

__all__ = ["PLACEHOLDERS", "Problem", "check_pack"]

#: What a wording may name, by verdict. An absence has no quote and no moment.
PLACEHOLDERS: Mapping[VerdictWord, frozenset[str]] = MappingProxyType(
    {
        "not_heard": frozenset({"examined", "end", "question"}),
        "gap": frozenset({"examined", "end", "time", "quote"}),
        "contradicted": frozenset({"examined", "end", "time", "quote", "question"}),
        "heard_late": frozenset({"examined", "end", "time", "quote", "question"}),
        "asked_not_provided": frozenset({"examined", "end", "time", "times", "quote"}),
        "ignored": frozenset({"examined", "end", "time", "times", "quote"}),
        "continued_after_refusal": frozenset({"examined", "end", "time", "quote", "then"}),
    }
)

_RULE_KEYS = frozenset(
    {
        "id",
        "jurisdiction",
        "obligation",
        "accuses",
        "applies",
        "norm",
        "weight",
        "wording",
        "paraphrase",
        "needs",
        "cites",
        "asks",
        "channels",
        "enabled",
        "examples",
    }
)
_REQUIRED = ("id", "obligation", "accuses", "norm", "weight", "wording", "paraphrase", "examples")
_NORM_TEXT = ("title", "title_zh", "article", "source")
_NORM_KEYS = frozenset((*_NORM_TEXT, "from", "to", "status", "grade", "checked", "note"))
_STATUS = ("binding", "mandatory_standard", "recommended_standard", "policy", "proposed", "repealed_or_superseded")
_GRADES = ("V1", "V2", "K", "U")
_ENABLED_GRADES = ("V1", "V2")
_WEIGHTS = ("P", "G", "C", "S")
ASKS = frozenset(
    {
        "stop_calls",
        "delete_number",
        "produce_consent_record",
        "preserve_recording",
        "human_contact",
        "written_reply",
        "explain_number_source",
        "identify_caller",
        "state_whether_automated",
        "decide_applicability",
    }
)


@dataclass(frozen=True)
class Problem:
    """One thing wrong. line: from 1. rule: its id, "" for the file as a whole."""

    line: int
    rule: str
    message: str


def check_pack(path: Path) -> list[Problem]:
    """Everything wrong with a pack file, in the order of its lines; empty if it may be used."""
    text = path.read_text(encoding="utf-8")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        return [Problem(int(at.group(1)) if at else 1, "", f"not TOML: {error}")]
    lines = KeyLines(text)
    problems = [Problem(lines.of(None, key), "", message) for key, message in _file_problems(table)]
    seen: set[str] = set()
    for number, rule in enumerate(table.get("rule", []) if isinstance(table.get("rule"), list) else []):
        name = rule.get("id", "") if isinstance(rule.get("id", ""), str) else ""
        for key, message in _rule_problems(rule, table):
            problems.append(Problem(lines.of(number, key), name, f"{name or f'rule {number + 1}'}: {message}"))
        if name in seen:
            problems.append(Problem(lines.of(number, "id"), name, f"{name}: this id is used twice"))
        seen.add(name)
    if not problems:
        pack = build_pack(table, path.name)
        for number, built in enumerate(pack.rules):
            for key, message in _meaning_problems(built, pack.needs):
                problems.append(Problem(lines.of(number, key), built.id, f"{built.id}: {message}"))
    return sorted(problems, key=lambda p: p.line)


def _file_problems(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in table.keys() - {"jurisdiction", "title", "needs", "left_out", "rule"}:
        yield key, f"{key}: no such key in a rule pack"
    if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", str(table.get("jurisdiction", ""))):
        yield "jurisdiction", 'jurisdiction: missing, or not a code such as "CN" or "US-CA"'
    if not _is_both(table.get("title")):
        yield "title", "title: needs en and zh"
    if not isinstance(table.get("rule"), list) or not all(isinstance(r, dict) for r in table["rule"]):
        yield "rule", "no [[rule]] in the file"
    for name, text in table.get("needs", {}).items():
        if not _is_both(text):
            yield f"needs.{name}", f"needs.{name}: needs en and zh"


def _rule_problems(rule: Mapping[str, Any], table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in rule.keys() - _RULE_KEYS:
        yield key, f"{key}: no such key in a rule"
    missing = [k for k in _REQUIRED if k not in rule]
    for key in missing:
        yield "", f"{key} is missing"
    if missing:
        return
    home = str(rule.get("jurisdiction", table.get("jurisdiction", "")))
    if not str(rule["id"]).startswith(home.split("-")[0].lower() + "."):
        yield "id", f"the id must begin with the jurisdiction, {home.split('-')[0].lower()}."
    if not _inside(home, str(table.get("jurisdiction", ""))):
        yield "jurisdiction", f"{home} is no part of the file's {table.get('jurisdiction')}"
    if rule["obligation"] not in OBLIGATIONS:
        yield "obligation", f"{rule['obligation']}: not one of {', '.join(OBLIGATIONS)}"
        return
    allowed = ACCUSING[rule["obligation"]]
    if not rule["accuses"] or any(v not in allowed for v in rule["accuses"]):
        yield "accuses", f"accuses: needs some of {', '.join(allowed)}"
        return
    if rule["weight"] not in _WEIGHTS:
        yield "weight", f"weight: not one of {', '.join(_WEIGHTS)}"
    yield from _norm_problems(rule)
    yield from _list_problems(rule, table)
    for verdict in rule["accuses"]:
        words = rule["wording"].get(verdict, rule["wording"])
        if not _is_both(words):
            yield f"wording.{verdict}", f"wording for {verdict}: needs en and zh"
    if not _is_both(rule["paraphrase"]):
        yield "paraphrase", "paraphrase: needs en and zh"
    yield from _example_problems(rule)


def _inside(jurisdiction: str, file_jurisdiction: str) -> bool:
    return jurisdiction == file_jurisdiction or jurisdiction.startswith(f"{file_jurisdiction}-")


def _norm_problems(rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    norm = rule["norm"]
    for key in norm.keys() - _NORM_KEYS:
        yield f"norm.{key}", f"norm.{key}: no such key"
    for key in _NORM_TEXT:
        if not isinstance(norm.get(key), str) or (not norm[key] and key != "article"):
            yield f"norm.{key}", f"norm.{key} is missing"
    for key in ("from", "checked", *(("to",) if "to" in norm else ())):
        if not isinstance(norm.get(key), date) or isinstance(norm.get(key), datetime):
            yield f"norm.{key}", f"norm.{key}: needs a date such as 2024-07-01"
            return
    if "to" in norm and norm["to"] < norm["from"]:
        yield "norm.to", "norm.to is before norm.from"
    if norm.get("status") not in _STATUS:
        yield "norm.status", f"norm.status: not one of {', '.join(_STATUS)}"
    if norm.get("grade") not in _GRADES:
        yield "norm.grade", f"norm.grade: not one of {', '.join(_GRADES)}"
    elif norm["grade"] not in _ENABLED_GRADES and rule.get("enabled", True):
        yield "norm.grade", f"grade {norm['grade']} has not been read in a source: set enabled = false"


def _list_problems(rule: Mapping[str, Any], table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, values in rule.get("applies", {}).items():
        known = CONTEXT_VALUES.get(name)
        if known is None:
            yield f"applies.{name}", f"applies.{name}: not one of {', '.join(CONTEXT_VALUES)}"
        elif not isinstance(values, list) or any(v not in known for v in values):
            yield f"applies.{name}", f"applies.{name}: not all among {', '.join(known)}"
    for name in rule.get("needs", ()):
        if name not in table.get("needs", {}):
            yield "needs", f"needs {name}, which [needs.{name}] does not put into words"
    for label in rule.get("cites", ()):
        if label not in (*CALLER_LABELS, *CALLEE_LABELS):
            yield "cites", f"cites: {label} is no cue"
    for ask in rule.get("asks", ()):
        if ask not in ASKS:
            yield "asks", f"asks: {ask} is not one of {', '.join(sorted(ASKS))}"


def _example_problems(rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for side in ("applies", "not"):
        examples = rule["examples"].get(side)
        if not examples:
            yield "examples", f"examples.{side}: at least one call is needed"
            continue
        for example in examples:
            if example.get("verdict") not in rule["accuses"] or not isinstance(example.get("date"), date):
                yield f"examples.{side}", f"examples.{side}: needs a verdict of the rule and a date"


def _meaning_problems(rule: Rule, needs: Mapping[str, Both]) -> Iterator[tuple[str, str]]:
    """What only the built rule shows: placeholders, banned words, denied norms, examples that come out wrong."""
    for verdict, words in rule.wording.items():
        for text in (words.en, words.zh):
            named = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
            for name in sorted(named - PLACEHOLDERS[verdict]):
                yield "wording", f"wording for {verdict} names {{{name}}}, which this verdict does not have"
    said = [t for w in (*rule.wording.values(), rule.paraphrase) for t in (w.en, w.zh)]
    for word in dict.fromkeys(w for t in said for w in banned_words(t)):
        yield "wording", f"says {word!r}, which a report never does"
    for entry in denied(rule):
        yield "norm.title", f"runs into the deny-list: {entry}"
    if not rule.enabled:
        return
    for example in rule.applies_to:
        found = fit(rule, context=example.context(), day=example.day, needs=needs, guess_excludes=1.0)
        if found is None or found.to_confirm:
            yield "examples", f"should apply to {dict(example.facts)} on {example.day}, but does not"
    for example in rule.not_to:
        if fit(rule, context=example.context(), day=example.day, needs=needs, guess_excludes=1.0) is not None:
            yield "examples", f"should not apply to {dict(example.facts)} on {example.day}, but does"


def _is_both(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(value.get(k), str) and value[k].strip() for k in ("en", "zh"))
