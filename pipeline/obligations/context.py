"""Facts about a call that decide which rules apply: heard, supplied by the user, or guessed.

A guess is shown as a guess and never satisfies a rule. A file name's or a recorder's own word ("incoming") came with
the recording and counts as supplied, with less confidence than what the user states.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..errors import FactsError
from ..records import ContextFact, Cue, Recording, Transcript
from ..settings import LawSettings
from .speech_acts import says
from .timeline import FAR, Timeline

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

__all__ = ["AUTOMATED_VOICES", "CONTEXT_VALUES", "check_facts", "read_context"]

CONTEXT_VALUES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "call_kind": (
            "marketing",
            "debt_collection",
            "service_notice",
            "survey",
            "political",
            "charity",
            "suspected_fraud",
            "inbound_customer_service",
        ),
        "voice": ("prerecorded", "scripted_tts", "interactive_ai", "soundboard", "human"),
        "direction": ("to_user", "from_user"),
        "line": ("mobile", "residential", "business"),
    }
)
AUTOMATED_VOICES = ("prerecorded", "scripted_tts", "interactive_ai", "soundboard")

#: Facts that are no rule's condition (or name a person) and stay out of the context.
_NOT_CONDITIONS = frozenset({"jurisdiction", "callee_number", "other_party", "started_at", "starts", "file"})

_SAME_WORD = MappingProxyType(
    {
        "incoming": "to_user",
        "inbound": "to_user",
        "in": "to_user",
        "呼入": "to_user",
        "来电": "to_user",
        "outgoing": "from_user",
        "outbound": "from_user",
        "out": "from_user",
        "呼出": "from_user",
        "去电": "from_user",
        "true": "yes",
        "y": "yes",
        "1": "yes",
        "是": "yes",
        "false": "no",
        "n": "no",
        "0": "no",
        "否": "no",
    }
)
_KINDS_BY_WORDS: tuple[tuple[str, float], ...] = (  # in order, a pitch after the first; how sure each guess is, 0-1
    ("debt_collection", 0.75),
    ("suspected_fraud", 0.60),
    ("survey", 0.70),
    ("political", 0.60),
    ("charity", 0.60),
    ("service_notice", 0.60),
)
_UNKNOWN = ContextFact("unknown", "guess", 0.0)
_FROM_FILE = 0.9  # confidence of what the file's name or tags say


def check_facts(facts: Mapping[str, str]) -> None:
    """Raise FactsError where a stated fact has a value no rule knows; say which values there are."""
    for name, value in facts.items():
        known = CONTEXT_VALUES.get(name)
        if known and value.strip() and _word(value) not in (*known, "unknown"):
            raise FactsError(f"{name} = {value!r}: not a value of this fact", tip=f"Use one of: {', '.join(known)}.")
        if name == "caller_automated" and value.strip() and _word(value) not in ("yes", "no", "unknown"):
            raise FactsError(f"caller_automated = {value!r}: not a value of this fact", tip="Use yes or no.")


def read_context(
    transcript: Transcript,
    cues: Sequence[Cue],
    recording: Recording | None,
    settings: LawSettings,
    supplied: Mapping[str, str],
) -> dict[str, ContextFact]:
    """The five facts of the vocabulary, and any yes/no fact that a rule may ask for.

    supplied: what the user states of this call (calls.csv); it wins over settings.facts, stated for every call, these
    over the recording's own facts, and all of them over what was heard or guessed. recording: None for `detect`.
    Raises FactsError where a stated value is none the rules know.
    """
    stated = _stated(recording, settings, supplied)
    line = Timeline(transcript, tuple(cues), recording.duration_ms if recording else 0)
    context = {
        "call_kind": stated.get("call_kind") or _call_kind(line),
        "voice": stated.get("voice") or _voice(line),
        "direction": stated.get("direction") or _direction(line),
        "line": stated.get("line") or _line(stated),
        "jurisdiction": _jurisdiction(stated, settings),
    }
    automated = stated.get("caller_automated") or _automated(transcript, line)
    if automated is not None:
        context["caller_automated"] = automated
    for name, fact in sorted(stated.items()):
        if name not in context and name not in _NOT_CONDITIONS and fact.value in ("yes", "no"):
            context[name] = fact
    return context


def _stated(recording: Recording | None, settings: LawSettings, supplied: Mapping[str, str]) -> dict[str, ContextFact]:
    """Every fact somebody stated, unknown values left out."""
    check_facts(settings.facts)
    check_facts(supplied)
    found: dict[str, ContextFact] = {}
    for fact in recording.facts if recording else ():
        word = _value(fact.name, fact.value)
        if word in CONTEXT_VALUES.get(fact.name, (word,)):
            found[fact.name] = ContextFact(word, "supplied", _FROM_FILE)
    for stated in (settings.facts, supplied):
        found.update({n: ContextFact(_value(n, v), "supplied", 1.0) for n, v in stated.items()})
    return {n: f for n, f in found.items() if f.value not in ("", "unknown")}


def _value(name: str, value: str) -> str:
    """A fact's value as the rules spell it; names and numbers stay as they are."""
    return value.strip() if name in _NOT_CONDITIONS else _word(value)


def _word(value: str) -> str:
    word = value.strip()
    folded = word.lower().replace("-", "_").replace(" ", "_")
    return _SAME_WORD.get(folded, folded)


def _call_kind(line: Timeline) -> ContextFact:
    if _opens_as_hotline(line):
        return ContextFact("inbound_customer_service", "guess", 0.8)
    text = "\n".join(t.text for t in line.far_turns)
    first_kind, confidence = _KINDS_BY_WORDS[0]
    if says(text, first_kind):
        return ContextFact(first_kind, "guess", confidence)
    if line.of("marketing_pitch", roles=FAR):
        return ContextFact("marketing", "guess", 0.8)
    for kind, confidence in _KINDS_BY_WORDS[1:]:
        if says(text, kind):
            return ContextFact(kind, "guess", confidence)
    return _UNKNOWN


def _opens_as_hotline(line: Timeline) -> bool:
    """The company speaks first and thanks for the call, as one does who was rung up."""
    opening = [t for t in line.turns if t.role != "carrier"][:1]
    return bool(opening) and opening[0].role == "caller" and says(opening[0].text, "inbound_customer_service")


def _voice(line: Timeline) -> ContextFact:
    """What kind of voice the caller says it is; nothing else tells."""
    said = [c for c in line.of("bot_disclosure", "ai_label", roles=("caller",)) if not c.by_classifier_alone]
    if not said:
        return _UNKNOWN
    quotes = "\n".join(c.quote for c in said)
    confidence = round(max(c.confidence * line.role_confidence(c) for c in said), 3)
    if says(quotes, "says_recorded"):
        return ContextFact("prerecorded", "heard", confidence)
    if says(quotes, "says_ai") or any(c.label == "ai_label" for c in said):
        return ContextFact("interactive_ai", "heard", confidence)
    answered = any(t.role == "callee" for t in line.turns)
    return ContextFact("scripted_tts" if answered else "prerecorded", "heard", confidence)


def _automated(transcript: Transcript, line: Timeline) -> ContextFact | None:
    """Whether something in the call itself shows that the caller is automated."""
    said = [c for c in line.of("bot_disclosure", "ai_label", roles=("caller",)) if not c.by_classifier_alone]
    if said:
        confidence = round(max(c.confidence * line.role_confidence(c) for c in said), 3)
        return ContextFact("yes", "heard", confidence)
    if transcript.repeats:
        return ContextFact("yes", "heard", 0.9)
    return None


def _direction(line: Timeline) -> ContextFact:
    if _opens_as_hotline(line):
        return ContextFact("from_user", "guess", 0.8)
    first = next((t.role for t in line.turns if t.role in ("callee", "caller")), None)
    if first == "callee":
        return ContextFact("to_user", "guess", 0.6)
    return _UNKNOWN


def _line(stated: Mapping[str, ContextFact]) -> ContextFact:
    """The kind of line, where the numbering plan of the callee's own number settles it."""
    import phonenumbers

    number = _parsed(stated)
    if number is not None and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE:
        return ContextFact("mobile", "supplied", _FROM_FILE)
    return _UNKNOWN


def _jurisdiction(stated: Mapping[str, ContextFact], settings: LawSettings) -> ContextFact:
    """Chosen for this call, else for all, else by the callee's country code; never by the language."""
    import phonenumbers

    if chosen := stated.get("jurisdiction"):
        names = [n.strip().upper() for n in chosen.value.replace(";", ",").split(",") if n.strip()]
        return ContextFact(",".join(names), "supplied", 1.0)
    if settings.jurisdiction:
        return ContextFact(",".join(settings.jurisdiction), "supplied", 1.0)
    number = _parsed(stated)
    region = phonenumbers.region_code_for_number(number) if number is not None else None
    return ContextFact(region, "supplied", _FROM_FILE) if region else _UNKNOWN


def _parsed(stated: Mapping[str, ContextFact]) -> PhoneNumber | None:
    """The callee's number, where it was given with its country code."""
    import phonenumbers

    fact = stated.get("callee_number")
    if fact is None or not fact.value.startswith("+"):
        return None
    try:
        number = phonenumbers.parse(fact.value)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None
