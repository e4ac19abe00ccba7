"""Reading rule packs: one TOML file a jurisdiction, in `packs/`, and the deny-list beside them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, cast

from ..errors import RulePackError
from ..records import Both, VerdictWord
from .rules import Applies, Example, Norm, Rule, RulePack, within

__all__ = ["PACK_FOLDER", "build_pack", "describe_pack", "describe_rule", "load_packs", "pack_files"]

PACK_FOLDER = Path(__file__).with_name("packs")
DENY_FILE = "deny.toml"


def pack_files(folder: Path | None = None) -> tuple[Path, ...]:
    """The pack files of a folder (ours if None), by name."""
    return tuple(p for p in sorted((folder or PACK_FOLDER).glob("*.toml")) if p.name != DENY_FILE)


def load_packs(folder: Path | None = None, jurisdictions: Sequence[str] | None = None) -> tuple[RulePack, ...]:
    """Every pack of a folder (ours if None), checked; with jurisdictions, only their rules (US-CA brings the US's).

    Raises RulePackError, naming file and line, where a pack breaks its form or the folder holds none.
    """
    from .pack_check import check_pack

    files = pack_files(folder)
    if not files:
        raise RulePackError(f"{folder or PACK_FOLDER}: no rule pack (*.toml) in this folder")
    packs = []
    for path in files:
        problems = check_pack(path)
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            raise RulePackError(
                f"{path}:{problems[0].line}: {problems[0].message}{more}",
                tip=f"callwitness rules check {path} lists every problem.",
            )
        packs.append(build_pack(tomllib.loads(path.read_text(encoding="utf-8")), path.name))
    if jurisdictions is None:
        return tuple(packs)
    return tuple(p for p in (_only(pack, jurisdictions) for pack in packs) if p.rules)


def build_pack(table: Mapping[str, Any], file: str) -> RulePack:
    """A pack from its parsed file; the file must have passed `check_pack`."""
    jurisdiction = table["jurisdiction"]
    return RulePack(
        jurisdiction=jurisdiction,
        title=_both(table["title"]),
        file=file,
        rules=tuple(build_rule(r, jurisdiction) for r in table["rule"]),
        needs={name: _both(text) for name, text in table.get("needs", {}).items()},
        left_out=dict(table.get("left_out", {})),
    )


def build_rule(table: Mapping[str, Any], jurisdiction: str) -> Rule:
    """A rule from its table."""
    accuses = tuple(table["accuses"])
    examples = table["examples"]
    return Rule(
        id=table["id"],
        jurisdiction=table.get("jurisdiction", jurisdiction),
        obligation=table["obligation"],
        accuses=accuses,
        applies=Applies(**{name: tuple(values) for name, values in table.get("applies", {}).items()}),
        norm=_norm(table["norm"]),
        weight=table["weight"],
        wording={v: _wording(table["wording"], v) for v in accuses},
        paraphrase=_both(table["paraphrase"]),
        needs=tuple(table.get("needs", ())),
        cites=tuple(table.get("cites", ())),
        asks=tuple(table.get("asks", ())),
        channels=tuple(table.get("channels", ())),
        enabled=table.get("enabled", True),
        applies_to=tuple(_example(e) for e in examples["applies"]),
        not_to=tuple(_example(e) for e in examples["not"]),
    )


def describe_pack(pack: RulePack) -> dict[str, Any]:
    """What `rules list` shows: plain values, one entry a rule."""
    return {
        "jurisdiction": pack.jurisdiction,
        "title": {"en": pack.title.en, "zh": pack.title.zh},
        "file": pack.file,
        "rules": [
            {
                "id": r.id,
                "jurisdiction": r.jurisdiction,
                "obligation": r.obligation,
                "accuses": list(r.accuses),
                "norm": f"{r.norm.title} {r.norm.article}".strip(),
                "grade": r.norm.grade,
                "weight": r.weight,
                "enabled": r.enabled,
            }
            for r in pack.rules
        ],
        "left_out": dict(pack.left_out),
    }


def describe_rule(rule: Rule, pack: RulePack) -> dict[str, Any]:
    """What `rules show` shows: everything a rule says, plain values."""
    return {
        "id": rule.id,
        "jurisdiction": rule.jurisdiction,
        "obligation": rule.obligation,
        "accuses": list(rule.accuses),
        "applies": {name: list(values) for name, values in rule.applies.conditions()},
        "norm": rule.norm.as_dict(),
        "weight": rule.weight,
        "enabled": rule.enabled,
        "paraphrase": {"en": rule.paraphrase.en, "zh": rule.paraphrase.zh},
        "wording": {v: {"en": w.en, "zh": w.zh} for v, w in rule.wording.items()},
        "needs": [{"name": n, "en": pack.needs[n].en, "zh": pack.needs[n].zh} for n in rule.needs],
        "cites": list(rule.cites),
        "asks": list(rule.asks),
        "channels": list(rule.channels),
    }


def _only(pack: RulePack, jurisdictions: Sequence[str]) -> RulePack:
    rules = tuple(r for r in pack.rules if within(r.jurisdiction, jurisdictions))
    return RulePack(pack.jurisdiction, pack.title, pack.file, rules, pack.needs, pack.left_out)


def _norm(table: Mapping[str, Any]) -> Norm:
    plain = {k: v for k, v in table.items() if k not in ("from", "to")}
    return Norm(**plain, from_=table["from"], to=table.get("to"))


def _wording(table: Mapping[str, Any], verdict: VerdictWord) -> Both:
    return _both(table.get(verdict, table))


def _example(table: Mapping[str, Any]) -> Example:
    facts = {k: str(v) for k, v in table.items() if k not in ("verdict", "date")}
    return Example(table["verdict"], cast(date, table["date"]), facts)


def _both(table: Mapping[str, str]) -> Both:
    return Both(table["en"].strip(), table["zh"].strip())
