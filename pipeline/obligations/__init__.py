"""Cues to verdicts to findings, with the rule packs as data. Imports neither torch nor spaCy."""

from __future__ import annotations

from .context import CONTEXT_VALUES, check_facts, read_context
from .findings import find_findings
from .judge import judge
from .pack_check import Problem, check_pack
from .packs import describe_pack, describe_rule, load_packs
from .rules import Rule, RulePack

__all__ = [
    "CONTEXT_VALUES",
    "Problem",
    "Rule",
    "RulePack",
    "check_facts",
    "check_pack",
    "describe_pack",
    "describe_rule",
    "find_findings",
    "judge",
    "load_packs",
    "read_context",
]
