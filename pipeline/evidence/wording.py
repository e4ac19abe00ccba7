"""The words of the pages: times, sentences in both languages, and text from a recording made safe to look at."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from markupsafe import Markup

from pipeline.records import Both, Cue, CueLabel, Obligation, Span, Turn, Verdict, VerdictWord

Language = Literal["en", "zh"]
Tone = Literal["met", "partly", "absent", "against", "unknown"]

#: What kind of verdict a word is, for colour, shape and counting.
TONES: dict[VerdictWord, Tone] = {
    "contradicted": "against",
    "heard": "met",
    "heard_late": "partly",
    "not_heard": "absent",
    "provided": "met",
    "asked_not_provided": "against",
    "offered": "met",
    "continued_after_refusal": "against",
    "obtained": "met",
    "claimed": "partly",
    "gap": "absent",
    "ignored": "against",
    "acknowledged": "met",
    "not_applicable": "unknown",
    "cannot_tell": "unknown",
}

#: The cue whose time a verdict's sentence gives, the best first.
_ANCHORS: dict[tuple[Obligation, VerdictWord], tuple[CueLabel, ...]] = {
    ("bot_disclosure", "contradicted"): ("bot_denial",),
    ("bot_disclosure", "heard"): ("bot_disclosure", "ai_label"),
    ("bot_disclosure", "heard_late"): ("bot_disclosure", "ai_label"),
    ("human_transfer", "provided"): ("transfer_started",),
    ("human_transfer", "asked_not_provided"): ("asks_human",),
    ("human_transfer", "offered"): ("human_offer",),
    ("consent", "continued_after_refusal"): ("refusal",),
    ("consent", "obtained"): ("consent_given",),
    ("consent", "claimed"): ("consent_claim",),
    ("opt_out", "ignored"): ("refusal",),
    ("opt_out", "acknowledged"): ("optout_ack",),
    ("opt_out", "offered"): ("optout_offer",),
    ("caller_identity", "heard"): ("caller_identity",),
}

# Control characters, and the ones that reorder the text around them: shown by number, never obeyed.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


@cache
def words() -> dict[str, Any]:
    """words.toml: sections of {"en", "zh"} pairs."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def said(key: str) -> Both:
    """The words under a dotted key ("ui.title"). Raises KeyError where there are none."""
    found = words()
    for step in key.split("."):
        found = found[step]
    return Both(en=found["en"], zh=found["zh"])


def named(section: str, name: str) -> Both:
    """The words for a name that may be new to us (a fact, a precondition): its own letters where there are none."""
    pair = words()[section].get(name)
    return Both(en=pair["en"], zh=pair["zh"]) if pair else Both(en=name.replace("_", " "), zh=name.replace("_", " "))


def clock(ms: int) -> str:
    """Milliseconds as mm:ss.s, tenths cut off (not rounded, so that a time never points past what it names)."""
    tenths = ms // 100
    return f"{tenths // 600:02d}:{tenths // 10 % 60:02d}.{tenths % 10}"


def between(spans: tuple[Span, ...]) -> Both:
    """Spans as "00:00.0–01:12.4", comma between; text without times has none."""
    if not spans:
        return said("span.text")
    text = ", ".join(f"{clock(s.start_ms)}–{clock(s.end_ms)}" for s in spans)
    return Both(en=text, zh=text.replace(", ", "、"))


def share(ratio: float) -> str:
    """A ratio as a whole percentage, rounded down so that 89.9 % is never shown as the 90 % a rule asks for."""
    return f"{int(ratio * 100 + 1e-6)} %"


def shown(text: str) -> str:
    """Recorded text with its control and direction-override characters made visible as ⟨U+202E⟩."""
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def in_both(pair: Both, **parts: Any) -> Markup:
    """A sentence in both languages, as two elements of which the page shows one.

    The pair is our own words, never recorded text.
    parts fill the {names}: Markup goes in as it is, a Both by language, everything else escaped.
    """
    en = Markup(pair.en).format(**{name: _part(part, "en") for name, part in parts.items()})
    zh = Markup(pair.zh).format(**{name: _part(part, "zh") for name, part in parts.items()})
    return _two(en, zh)


def as_is(pair: Both) -> Markup:
    """A pair from the report itself: both languages, escaped, with nothing filled in."""
    return _two(shown(pair.en), shown(pair.zh))


def verdict_sentence(verdict: Verdict) -> Both:
    """The sentence of a verdict, with {at} and {span} still to fill."""
    own = words()["sentence"].get(verdict.obligation, {}).get(verdict.verdict)
    pair = own or words()["sentence"]["common"].get(verdict.verdict)
    if pair:
        return Both(en=pair["en"], zh=pair["zh"])
    name = said(f"verdict.{verdict.verdict}")
    return Both(en=f"{name.en}.", zh=f"{name.zh}。")


def anchor_ms(verdict: Verdict, cues: dict[str, Cue], turns: dict[str, Turn]) -> int | None:
    """When what a verdict speaks of happened, ms; None where nothing it rests on has a time."""
    resting = [cues[i] for i in verdict.cue_ids if i in cues]
    wanted = _ANCHORS.get((verdict.obligation, verdict.verdict), ())
    for label in wanted:
        for cue in resting:
            if cue.label == label and cue.start_ms is not None:
                return cue.start_ms
    times = [cue.start_ms for cue in resting if cue.start_ms is not None]
    times += [t.start_ms for i in verdict.turn_ids if (t := turns.get(i)) and t.start_ms is not None]
    return times[0] if times else None


def _two(en: str, zh: str) -> Markup:
    return Markup('<span class="l" lang="en">{}</span><span class="l" lang="zh-Hans">{}</span>').format(en, zh)


def _part(part: Any, language: Language) -> Any:
    if isinstance(part, Both):
        return shown(part.en if language == "en" else part.zh)
    return shown(part) if type(part) is str else part
