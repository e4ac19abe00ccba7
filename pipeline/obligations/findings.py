"""Verdicts joined to rules: findings, or leads where something is still to be confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from ..records import Both, ContextFact, Cue, Finding, Verdict
from ..settings import LawSettings
from .rules import Rule, RulePack, fit, is_automated, within
from .wording import clock, join, quoted, shortened, spans_text

__all__ = ["find_findings"]

_NOTHING_SHOWS = Both("Nothing here shows whether the caller was a robot.", "现有材料无法显示主叫方是否为机器人。")
_NO_TIME = Both("an unknown time", "时间不详")


@dataclass(frozen=True)
class _Call:
    cues: Mapping[str, Cue]
    context: Mapping[str, ContextFact]
    chosen: tuple[str, ...]
    day: date | None
    guess_excludes: float


def find_findings(
    verdicts: Sequence[Verdict],
    cues: Sequence[Cue],
    context: Mapping[str, ContextFact],
    *,
    started_at: str | None,
    packs: Sequence[RulePack],
    text_is_complete: bool = False,
    guess_excludes: float = LawSettings.guess_excludes,
) -> tuple[tuple[Verdict, ...], tuple[Finding, ...]]:
    """The verdicts with the ids of what they feed, and the findings and leads, in the order of verdicts and rules.

    started_at: ISO 8601, None where unknown: then there are only leads. packs: all that were loaded; only rules of
    the jurisdictions in `context` count. A verdict from text feeds nothing unless text_is_complete.
    """
    facts = _with_own_words(context, cues)
    chosen = tuple(n for n in facts["jurisdiction"].value.split(",") if n) if "jurisdiction" in facts else ()
    call = _Call({c.id: c for c in cues}, facts, chosen, _day(started_at), guess_excludes)
    kept: list[Verdict] = []
    findings: list[Finding] = []
    for verdict in verdicts:
        own = () if verdict.basis == "text" and not text_is_complete else _feed(verdict, call, packs, len(findings))
        findings += own
        kept.append(_with_remark(replace(verdict, finding_ids=tuple(f.id for f in own)), facts))
    return tuple(kept), tuple(findings)


def _feed(verdict: Verdict, call: _Call, packs: Sequence[RulePack], number: int) -> tuple[Finding, ...]:
    found: list[Finding] = []
    labels = {call.cues[i].label for i in verdict.cue_ids if i in call.cues}
    for pack in packs:
        for rule in pack.rules:
            if rule.obligation != verdict.obligation or verdict.verdict not in rule.accuses:
                continue
            if not within(rule.jurisdiction, call.chosen) or not set(rule.cites) <= labels:
                continue
            fits = fit(rule, context=call.context, day=call.day, needs=pack.needs, guess_excludes=call.guess_excludes)
            if fits is not None:
                found.append(_finding(f"f{number + len(found) + 1}", rule, verdict, call, fits.to_confirm))
    return tuple(found)


def _finding(name: str, rule: Rule, verdict: Verdict, call: _Call, to_confirm: tuple[Both, ...]) -> Finding:
    wording, cited = _wording(rule, verdict, call), verdict.cue_ids
    if rule.obligation == "bot_disclosure":
        shown, by = _evidence(call)
        wording, cited = join(wording, shown), tuple(dict.fromkeys((*cited, *by)))
    return Finding(
        id=name,
        kind="lead" if to_confirm else "finding",
        rule_id=rule.id,
        jurisdiction=rule.jurisdiction,
        obligation=rule.obligation,
        verdict=verdict.verdict,
        weight=rule.weight,
        cue_ids=cited,
        norm=rule.norm.as_dict(),
        to_confirm=to_confirm,
        wording=wording,
    )


def _wording(rule: Rule, verdict: Verdict, call: _Call) -> Both:
    """The rule's words with this call's times and quotes put in."""
    cited = [call.cues[i] for i in verdict.cue_ids if i in call.cues]
    main = cited[0] if cited else None
    same = [c for c in cited if main is not None and c.label == main.label]
    then = next((c for c in cited[1:] if c.label in ("marketing_pitch", "sensitive_request")), None)
    asked = next((c for c in cited if c.label == "asks_if_robot"), None)
    examined = spans_text(verdict.examined)
    end = clock(verdict.examined[-1].end_ms) if verdict.examined else None
    time, quote = _time(main), shortened(main.quote) if main else ""
    went_on = quoted(then) if then else Both("by asking or offering again", "继续询问或推介")
    question = Both("", "")
    if asked is not None:
        question = Both(
            f" I had asked {quoted(asked).en} whether it was a robot.", f"本人在 {quoted(asked).zh}询问对方是否机器人。"
        )
    words = rule.wording[verdict.verdict]
    return Both(
        words.en.format(
            examined=examined.en,
            end=end or "the end of the text",
            time=time.en,
            quote=quote,
            times=", ".join(_time(c).en for c in same),
            then=went_on.en,
            question=question.en,
        ),
        words.zh.format(
            examined=examined.zh,
            end=end or "文字末尾",
            time=time.zh,
            quote=quote,
            times="、".join(_time(c).zh for c in same),
            then=went_on.zh,
            question=question.zh,
        ),
    )


def _time(cue: Cue | None) -> Both:
    if cue is None or cue.start_ms is None:
        return _NO_TIME
    return Both(clock(cue.start_ms), clock(cue.start_ms))


def _evidence(call: _Call) -> tuple[Both, tuple[str, ...]]:
    """What shows that the caller is automated, and the cues it rests on."""
    own = [c for c in call.cues.values() if _says_it(c)]
    if own:
        words = quoted(own[0])
        return Both(
            f"That the caller is automated rests on its own words {words.en}.",
            f"主叫方为自动语音的依据：其自述，{words.zh}。",
        ), tuple(c.id for c in own)
    caller, voice = call.context.get("caller_automated"), call.context.get("voice")
    if any(f is not None and f.source == "supplied" for f in (caller, voice)):
        return Both(
            "That the caller is automated is the statement of the person called.",
            "主叫方为自动语音的依据：接听人的陈述。",
        ), ()
    return Both(
        "That the caller is automated rests on the same sound being heard more than once.",
        "主叫方为自动语音的依据：录音中同一段声音重复出现。",
    ), ()


def _says_it(cue: Cue) -> bool:
    """Whether the caller says that it is automated, heard by more than the classifier."""
    return cue.label in ("bot_disclosure", "ai_label") and cue.role == "caller" and not cue.by_classifier_alone


def _with_own_words(context: Mapping[str, ContextFact], cues: Sequence[Cue]) -> dict[str, ContextFact]:
    """The context, with what the caller said of itself where the context has nothing on it."""
    own = [c.confidence for c in cues if _says_it(c)]
    facts = dict(context)
    if own and "caller_automated" not in facts:
        facts["caller_automated"] = ContextFact("yes", "heard", max(own))
    return facts


def _with_remark(verdict: Verdict, context: Mapping[str, ContextFact]) -> Verdict:
    """A missing or denied disclosure is no reproach to somebody who may be a person: say so."""
    open_question = verdict.obligation == "bot_disclosure" and verdict.verdict in ("not_heard", "contradicted")
    if not open_question or is_automated(context):
        return verdict
    return replace(verdict, reason=join(verdict.reason, _NOTHING_SHOWS))


def _day(started_at: str | None) -> date | None:
    """The call's date where it was taken down, None where it cannot be read."""
    if not started_at:
        return None
    try:
        return datetime.fromisoformat(started_at).date()
    except ValueError:
        return None
