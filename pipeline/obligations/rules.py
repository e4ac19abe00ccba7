"""A rule as a record, and whether it fits a call. The engine knows kinds of condition, never a rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

from ..records import Both, ContextFact, CueLabel, Obligation, VerdictWord
from .context import AUTOMATED_VOICES

__all__ = ["ACCUSING", "Applies", "Example", "Fit", "Norm", "Rule", "RulePack", "fit", "is_automated", "within"]

Grade = Literal["V1", "V2", "K", "U"]
Weight = Literal["P", "G", "C", "S"]

#: The verdicts of each obligation that a rule may rest an accusation on.
ACCUSING: Mapping[Obligation, tuple[VerdictWord, ...]] = MappingProxyType(
    {
        "bot_disclosure": ("contradicted", "heard_late", "not_heard"),
        "human_transfer": ("asked_not_provided",),
        "consent": ("continued_after_refusal", "gap"),
        "opt_out": ("ignored", "not_heard"),
        "caller_identity": ("not_heard",),
    }
)

_FACT_NAMES = MappingProxyType(
    {
        "call_kind": Both("the kind of call", "来电类型"),
        "voice": Both("the kind of voice", "声音类型"),
        "line": Both("the kind of line called", "被叫线路类型"),
        "direction": Both("who placed the call", "由谁拨打"),
    }
)
_VALUE_NAMES = MappingProxyType(
    {
        "marketing": Both("a sales call", "营销推销"),
        "debt_collection": Both("debt collection", "催收"),
        "service_notice": Both("a service notice", "服务通知"),
        "survey": Both("a survey", "调查"),
        "political": Both("a political call", "政治宣传"),
        "charity": Both("a charity appeal", "募捐"),
        "suspected_fraud": Both("suspected fraud", "疑似诈骗"),
        "inbound_customer_service": Both("a service line that the user rang", "用户主动拨打的客服热线"),
        "prerecorded": Both("a prerecorded message", "预先录制的语音"),
        "scripted_tts": Both("a computer voice reading a script", "按脚本合成的语音"),
        "interactive_ai": Both("a talking AI", "交互式人工智能语音"),
        "soundboard": Both("recorded clips played by an operator", "人工触发的录音片段"),
        "human": Both("a live person", "真人"),
        "to_user": Both("the company called", "公司拨打给用户"),
        "from_user": Both("the user called", "用户拨打"),
        "mobile": Both("a mobile line", "手机"),
        "residential": Both("a home line", "住宅电话"),
        "business": Both("a business line", "单位电话"),
        "unknown": Both("nothing", "无"),
    }
)


@dataclass(frozen=True)
class Norm:
    """Where a rule comes from. from_ and to: first and last day in force (to None: still in force when checked)."""

    title: str
    title_zh: str
    article: str
    from_: date
    to: date | None
    status: str
    grade: Grade
    source: str
    checked: date
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values, for evidence.json."""
        return {
            "title": self.title,
            "title_zh": self.title_zh,
            "article": self.article,
            "from": self.from_.isoformat(),
            "to": self.to.isoformat() if self.to else None,
            "status": self.status,
            "grade": self.grade,
            "source": self.source,
            "checked": self.checked.isoformat(),
            "note": self.note,
        }

    def in_force(self, day: date) -> bool:
        return self.from_ <= day and (self.to is None or day <= self.to)


@dataclass(frozen=True)
class Applies:
    """The calls a rule is for; an empty tuple sets no condition."""

    call_kind: tuple[str, ...] = ()
    voice: tuple[str, ...] = ()
    line: tuple[str, ...] = ()
    direction: tuple[str, ...] = ()

    def conditions(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        named = (("call_kind", self.call_kind), ("voice", self.voice), ("line", self.line))
        return tuple((n, v) for n, v in (*named, ("direction", self.direction)) if v)


@dataclass(frozen=True)
class Example:
    """A call the rule must (or must not) make a finding on. facts: as the user would state them."""

    verdict: VerdictWord
    day: date
    facts: Mapping[str, str]

    def context(self) -> dict[str, ContextFact]:
        return {n: ContextFact(v, "supplied", 1.0) for n, v in self.facts.items()}


@dataclass(frozen=True)
class Rule:
    """One rule of one jurisdiction. cites: labels the verdict must rest on (a question that was asked, say)."""

    id: str
    jurisdiction: str
    obligation: Obligation
    accuses: tuple[VerdictWord, ...]
    applies: Applies
    norm: Norm
    weight: Weight
    wording: Mapping[VerdictWord, Both]
    paraphrase: Both
    needs: tuple[str, ...] = ()
    cites: tuple[CueLabel, ...] = ()
    asks: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    enabled: bool = True
    applies_to: tuple[Example, ...] = ()
    not_to: tuple[Example, ...] = ()


@dataclass(frozen=True)
class RulePack:
    """The rules of one file. needs: facts from outside the audio, each as what to confirm. left_out: id -> why."""

    jurisdiction: str
    title: Both
    file: str
    rules: tuple[Rule, ...]
    needs: Mapping[str, Both] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fit:
    """A rule fits a call; what is still to be confirmed (nothing: a finding, else a lead)."""

    to_confirm: tuple[Both, ...]


def within(jurisdiction: str, chosen: Sequence[str]) -> bool:
    """Whether a rule's jurisdiction was chosen: itself, or a part of it (US-CA is in the US)."""
    return any(c == jurisdiction or c.startswith(f"{jurisdiction}-") for c in chosen)


def is_automated(context: Mapping[str, ContextFact]) -> bool:
    """Whether anything but a guess says that the caller is automated."""
    caller, voice = context.get("caller_automated"), context.get("voice")
    if voice is not None and voice.value == "human" and voice.source != "guess":
        return False
    if caller is not None and caller.source != "guess" and caller.value in ("yes", "no"):
        return caller.value == "yes"
    return voice is not None and voice.source != "guess" and voice.value in AUTOMATED_VOICES


def fit(
    rule: Rule,
    *,
    context: Mapping[str, ContextFact],
    day: date | None,
    needs: Mapping[str, Both],
    guess_excludes: float,
) -> Fit | None:
    """Whether a rule is for this call, and on what condition; None if it is not.

    day: the call's date, None where unknown. guess_excludes: 0-1, a guess this sure that the rule is not for this
    call leaves it out. A fact heard or supplied decides; a guess or a missing fact is left to confirm.
    """
    if not rule.enabled or _placed_by_user(rule, context):
        return None
    if rule.obligation == "bot_disclosure" and not is_automated(context):
        return None
    if day is not None and not rule.norm.in_force(day):
        return None
    confirm = [] if day is not None else [_confirm_date(rule)]
    for name, values in rule.applies.conditions():
        fact = context.get(name)
        if fact is None or fact.value == "unknown":
            confirm.append(_confirm_fact(name, values, None))
        elif fact.source == "guess":
            if fact.value not in values and fact.confidence >= guess_excludes:
                return None
            confirm.append(_confirm_fact(name, values, fact.value))
        elif fact.value not in values:
            return None
    for name in rule.needs:
        fact = context.get(name)
        if fact is None or fact.source == "guess" or fact.value not in ("yes", "no"):
            confirm.append(needs[name])
        elif fact.value == "no":
            return None
    return Fit(tuple(confirm))


def _placed_by_user(rule: Rule, context: Mapping[str, ContextFact]) -> bool:
    """Consent, opt-out and marketing rules are not for a call the user placed, not even where that is a guess."""
    if rule.obligation not in ("consent", "opt_out") and rule.applies.call_kind != ("marketing",):
        return False
    direction, kind = context.get("direction"), context.get("call_kind")
    placed = direction is not None and direction.value == "from_user"
    return placed or (kind is not None and kind.value == "inbound_customer_service")


def _confirm_date(rule: Rule) -> Both:
    norm = rule.norm
    until = Both(f" to {norm.to}", f"至 {norm.to}") if norm.to else Both("", "起")
    return Both(
        f"Confirm the date of the call: this rule is in force from {norm.from_}{until.en}.",
        f"请确认通话日期：该规定自 {norm.from_} {until.zh}施行。",
    )


def _confirm_fact(name: str, values: Sequence[str], guess: str | None) -> Both:
    what = _FACT_NAMES[name]
    one_of = Both(" or ".join(_VALUE_NAMES[v].en for v in values), "或".join(_VALUE_NAMES[v].zh for v in values))
    if guess is None:
        return Both(
            f"Confirm {what.en}: this rule is for {one_of.en}; the recording does not tell.",
            f"请确认{what.zh}：该规定适用于{one_of.zh}；录音无法确定。",
        )
    seems = _VALUE_NAMES[guess]
    return Both(
        f"Confirm {what.en}: this rule is for {one_of.en}; from the words it seems to be {seems.en}.",
        f"请确认{what.zh}：该规定适用于{one_of.zh}；从内容推测为{seems.zh}。",
    )
