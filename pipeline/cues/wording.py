"""The witness that knows wording: the lexicons, as a component of a spaCy pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.phrases import Hit
from pipeline.records import CueLabel

from .bodies import garbled_bodies
from .lexicon import Entry, load_lexicon, unless_key
from .names import named_bodies

_BESIDE = 4  # characters between a phrase and the `unless` phrase that still takes it back
_SOUND_FLOOR, _SOUND_TOP = 0.62, 0.95  # what a match by sound is worth at the lowest similarity, and at 1
_LOWEST_SIMILARITY = 0.76
_FAINT_WORTH = 0.35  # a faint match never makes a cue, only a trace

_NAMED = Entry("caller_identity.capitals", "caller_identity", (), 0.7)
_GARBLED = Entry("caller_identity.garbled_body", "caller_identity", (), 0.75)

#: Cues whose absence accuses: what may have been one of them must not be passed over.
TRACED: tuple[CueLabel, ...] = (
    "bot_disclosure",
    "ai_label",
    "human_offer",
    "transfer_started",
    "consent_claim",
    "consent_request",
    "optout_offer",
    "optout_ack",
    "caller_identity",
)


@dataclass(frozen=True)
class Wording:
    """One entry found at [start, end) of the text. weight 0-1: the entry's strength, less for a match by sound."""

    entry: Entry
    start: int
    end: int
    weight: float
    hit: Hit

    @property
    def is_trace(self) -> bool:
        return self.entry.trace or self.hit.how == "faint"


@cache
def wording_pipeline(language: str) -> Any:
    """spaCy for `language` with the one component "wording", which sets Doc._.wording."""
    import spacy
    from spacy.language import Language
    from spacy.tokens import Doc

    if not Doc.has_extension("wording"):
        Doc.set_extension("wording", default=())
        Doc.set_extension("breaks", default=frozenset())

    @Language.component("callwitness_wording")
    def wording(doc: Any) -> Any:
        doc._.wording = find_wording(doc.text, doc.lang_, doc._.breaks)
        return doc

    nlp = spacy.blank(language)
    nlp.add_pipe("callwitness_wording")
    return nlp


def find_wording(text: str, language: str, breaks: frozenset[int]) -> tuple[Wording, ...]:
    lexicon = load_lexicon(language)
    faint = [entry.id for entry in lexicon.entries.values() if entry.label in TRACED]
    hits = lexicon.book.find(text, breaks=breaks, faint=faint)
    taken_back: dict[str, list[Hit]] = {}
    for hit in hits:
        taken_back.setdefault(hit.key, []).append(hit)
    found = []
    for hit in hits:
        entry = lexicon.entries.get(hit.key)
        if entry is None or any(_touches(hit, other, breaks) for other in taken_back.get(unless_key(entry.id), ())):
            continue
        found.append(Wording(entry, hit.start, hit.end, round(entry.strength * _worth(hit), 3), hit))
    if language == "en":
        found += [
            Wording(_NAMED, start, end, _NAMED.strength, Hit(_NAMED.id, start, end, 1.0, "words", "a name in capitals"))
            for start, end in named_bodies(text)
        ]
    if language == "zh":
        found += [
            Wording(_GARBLED, body.start, body.end, body.weight,
                    Hit(_GARBLED.id, body.start, body.end, body.weight, "sound", body.detail))
            for body in garbled_bodies(text, breaks)
        ]  # fmt: skip
    return tuple(found)


def _touches(hit: Hit, other: Hit, breaks: frozenset[int]) -> bool:
    """Near each other, and said by one speaker."""
    near = other.start <= hit.end + _BESIDE and other.end >= hit.start - _BESIDE
    return near and not any(min(hit.end, other.end) <= edge <= max(hit.start, other.start) for edge in breaks)


def _worth(hit: Hit) -> float:
    if hit.how == "words":
        return 1.0
    if hit.how == "faint":
        return _FAINT_WORTH
    share = (hit.score - _LOWEST_SIMILARITY) / (1 - _LOWEST_SIMILARITY)
    return _SOUND_FLOOR + (_SOUND_TOP - _SOUND_FLOOR) * max(0.0, share)
