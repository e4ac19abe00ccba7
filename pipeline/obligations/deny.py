"""What no rule may cite and no wording may say, from `packs/deny.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from .rules import Rule

__all__ = ["banned_words", "denied", "deny_list"]


def banned_words(text: str) -> tuple[str, ...]:
    """Words that a report never says, found in text."""
    found = (re.search(p, text, re.IGNORECASE) for p in deny_list()["banned_words"])
    return tuple(m.group() for m in found if m is not None)


def denied(rule: Rule) -> tuple[str, ...]:
    """Ids of the entries that a rule runs into, in its norm, its wording or its paraphrase."""
    norm = rule.norm
    said = [f"{norm.title} {norm.article}", f"{norm.title_zh} {norm.article}", rule.paraphrase.en, rule.paraphrase.zh]
    said += [t for w in rule.wording.values() for t in (w.en, w.zh)]
    return tuple(e["id"] for e in deny_list()["deny"] if _runs_into(rule, e, said))


@cache
def deny_list() -> dict[str, Any]:
    """The file as it stands: `banned_words` and the entries of `deny`."""
    return tomllib.loads((Path(__file__).with_name("packs") / "deny.toml").read_text(encoding="utf-8"))


def _runs_into(rule: Rule, entry: Mapping[str, Any], said: list[str]) -> bool:
    if "obligations" in entry and rule.obligation not in entry["obligations"]:
        return False
    if "voices" in entry and rule.applies.voice and not set(rule.applies.voice) & set(entry["voices"]):
        return False
    if "before" in entry and rule.norm.from_ >= entry["before"]:
        return False
    return any(re.search(p, text, re.IGNORECASE) for p in entry["patterns"] for text in said)
