"""Frozen settings in small groups. Every number that steers behaviour lives here, with its unit and origin.

They are written into every evidence file, and their hash decides whether a second run has anything to do.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "CueSettings",
    "IntakeSettings",
    "JudgeSettings",
    "LawSettings",
    "RoleSettings",
    "Settings",
    "SpeechSettings",
]


@dataclass(frozen=True)
class IntakeSettings:
    """Decoding."""

    max_duration_min: float = 240.0  # minutes; longer is "absurdly long" for a phone call
    silence_dbfs: float = -60.0  # whole-file peak below this is silent; a quiet G.711 line idles near -65 dBFS
    same_channel_correlation: float = 0.98  # two channels above this are copies of one (dual_mono)
    max_channel_lag_ms: int = 20  # copies may be this far apart: recorders that write one channel a frame late
    dead_channel_dbfs: float = -45.0  # a channel of even noise under this holds nobody; GSM comfort noise is about -50
    fill_gap_ms: int = 40  # a jump in the file's own clock longer than this becomes silence; jitter is under 30 ms
    cut_short_ms: int = 500  # missing against the header's length before "ends early" is said; AAC padding is under 100


@dataclass(frozen=True)
class SpeechSettings:
    """Recognition, its audit, diarization."""

    model: str = "whisper-base"
    device: str = "cpu"
    compute_type: str = "int8"
    language: str | None = None  # None: vote within `languages`
    languages: tuple[str, ...] = ("zh", "en")  # supported by the cue lexicons
    windows_s: tuple[float, ...] = (30.0,)  # 10 and 20 before it: half the time, WER 0.014 higher (docs)
    batch_size: int = 8  # chunks; RTF 0.136 with 8 on 2 cores (design notes)
    beam_size: int = 5  # faster-whisper's default
    diarization_step: float = 0.25  # share of the 10 s window; measured in docs/accuracy.md
    max_speakers: int = 4  # voices on a mono track: caller, callee, a person after a transfer, an announcement
    same_voice: float = 0.8  # cosine similarity from which two clusters are one voice; see docs/accuracy.md
    word_confidence: float = 0.50  # a run of five words under it on average was not heard; see docs/accuracy.md
    slow_share: float = 0.10  # of the chunks' number: how many doubtful stretches are read again, at least one
    turn_gap_ms: int = 1200  # a pause longer than this starts a new turn of the same speaker


@dataclass(frozen=True)
class RoleSettings:
    """Who is who."""

    min_confidence: float = 0.55  # below: "unknown"


@dataclass(frozen=True)
class CueSettings:
    """Matching."""

    classifier: bool = True  # ask the trained classifier beside the lexicons
    min_confidence: float = 0.5  # a cue below it is not reported
    # log odds of a cue: bias + reading * the classifier's log odds + strength * -ln(1 - strength of the wording);
    # logistic regressions on calls (docs/accuracy.md)
    worded_bias: float = -0.26
    worded_strength: float = 1.12
    worded_reading: float = 0.39
    unworded_bias: float = -1.84
    unworded_reading: float = 0.71
    trace_confidence: float = 0.2  # wording from here on is a trace: too faint for a cue, enough to stop an absence


@dataclass(frozen=True)
class JudgeSettings:
    """From cues to verdicts."""

    disclosure_window_ms: int = 30_000  # this tool's policy, not law
    min_coverage: float = 0.90  # share of the examined span that must be confident text (vocabulary)
    max_gap_ms: int = 4_000  # one unheard stretch this long may hold a whole statement, whatever the share
    max_dropout_ms: int = 400  # sound lost this long may hold a name; undamaged calls have next to none
    max_noise_ms: int = 1_500  # noise this long may hold "I am a virtual assistant"; hold music is shorter or answered
    hung_up_at_once_ms: int = 25_000  # since the caller's first word (vocabulary)
    heard_after_request_ms: int = 5_000  # sound that must follow a request before "ignored" (vocabulary)
    min_opening_confidence: float = 0.88  # of the caller's opening, before a missing name is stated; docs/accuracy.md
    opening_ms: int = 15_000  # how much of the caller's first words that is
    late_start_ms: int = 700  # a caller already talking this soon after the start means the beginning is missing
    greeting_ms: int = 2_000  # a callee's turn no longer than this at the very start is a "hello", not a cut sentence
    opening_gap_ms: int = 1_000  # untranscribed speech this long at the very start may be the caller's missing opening
    min_role_confidence: float = 0.60  # 0-1; below, it is not known who the caller is
    sure_role_confidence: float = 0.88  # 0-1; needed to accuse by who said what: wrong turns mostly have 0.77-0.86
    sure_cue_confidence: float = 0.91  # 0-1; to accuse by a cue: 10/11, a false accusation costing ten times a miss
    lone_classifier_confidence: float = 0.5  # 0-1; what a cue is worth for that which only the classifier heard
    max_unknown_share: float = 0.10  # of the speech; more by nobody-knows-whom may hide the caller's words
    min_coverage_not_applicable: float = 0.60  # share; "no sales pitch in the call" accuses nobody, so less will do
    repeat_similarity: float = 85.0  # 0-100 (rapidfuzz ratio); above it a turn repeats an earlier one
    repeat_min_chars: int = 12  # letters; shorter turns repeat by chance


@dataclass(frozen=True)
class LawSettings:
    jurisdiction: tuple[str, ...] = ()  # e.g. ("CN",), ("US", "US-CA"); empty: from the callee's number, else none
    facts: dict[str, str] = field(default_factory=dict)  # context the user states for every call: call_kind, voice, …
    text_is_complete: bool = False  # `detect`: the user says the text is the whole call
    guess_excludes: float = 0.70  # a guess this sure that a rule does not fit leaves the rule out; below, it is a lead


@dataclass(frozen=True)
class Settings:
    intake: IntakeSettings = IntakeSettings()
    speech: SpeechSettings = SpeechSettings()
    roles: RoleSettings = RoleSettings()
    cues: CueSettings = CueSettings()
    judge: JudgeSettings = JudgeSettings()
    law: LawSettings = LawSettings()

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values, for evidence.json."""
        return json.loads(json.dumps(dataclasses.asdict(self)))  # type: ignore[no-any-return]

    def digest(self) -> str:
        """sha256 of the settings, hex; part of the resume key."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()
