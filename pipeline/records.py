"""The nouns of callwitness. All frozen; all times are integer milliseconds on the original recording's clock.

The words (roles, labels, verdicts) are those of the project's vocabulary; `evidence.json` is these records and
nothing else, so a change here is a change of the schema version.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import ConfigDict, Field

SCHEMA_VERSION = "1.0"

Role = Literal["caller", "human", "callee", "carrier", "unknown"]
CueLabel = Literal[
    "bot_disclosure",
    "ai_label",
    "bot_denial",
    "bot_evasion",
    "caller_identity",
    "human_offer",
    "human_refusal",
    "transfer_started",
    "consent_request",
    "consent_claim",
    "optout_offer",
    "optout_ack",
    "recording_notice",
    "marketing_pitch",
    "sensitive_request",
    "asks_human",
    "asks_if_robot",
    "asks_source",
    "refusal",
    "consent_given",
]
Obligation = Literal["bot_disclosure", "human_transfer", "consent", "opt_out", "caller_identity"]
VerdictWord = Literal[
    "contradicted",
    "heard",
    "heard_late",
    "not_heard",
    "provided",
    "asked_not_provided",
    "offered",
    "continued_after_refusal",
    "obtained",
    "claimed",
    "gap",
    "ignored",
    "acknowledged",
    "not_applicable",
    "cannot_tell",
]
FactSource = Literal["heard", "supplied", "guess"]
Layout = Literal["mono", "dual_channel", "dual_mono"]
Outcome = Literal["examined", "partial", "failed"]
Basis = Literal["audio", "text"]
CorrectionKind = Literal["confirm", "reject", "add", "role", "text", "word"]

#: Labels said by the caller's side, and those said by the person called.
CALLER_LABELS: tuple[CueLabel, ...] = (
    "bot_disclosure",
    "ai_label",
    "bot_denial",
    "bot_evasion",
    "caller_identity",
    "human_offer",
    "human_refusal",
    "transfer_started",
    "consent_request",
    "consent_claim",
    "optout_offer",
    "optout_ack",
    "recording_notice",
    "marketing_pitch",
    "sensitive_request",
)
CALLEE_LABELS: tuple[CueLabel, ...] = ("asks_human", "asks_if_robot", "asks_source", "refusal", "consent_given")
OBLIGATIONS: tuple[Obligation, ...] = ("bot_disclosure", "human_transfer", "consent", "opt_out", "caller_identity")


@dataclass(frozen=True)
class Span:
    """A stretch of the recording, [start_ms, end_ms)."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        return max(0, self.end_ms - self.start_ms)


@dataclass(frozen=True)
class Audio:
    """Decoded sound, never written out. samples: float32 (channels, n), -1 to 1, at sample_rate_hz (16 kHz inside)."""

    samples: npt.NDArray[np.float32]
    sample_rate_hz: int

    @property
    def duration_ms(self) -> int:
        return round(1000 * int(self.samples.shape[1]) / self.sample_rate_hz)


@dataclass(frozen=True)
class Fact:
    """Something known about a recording from outside its sound. source: "calls.csv", "file_name:xiaomi", "tag:…"."""

    name: str
    value: str
    source: str


@dataclass(frozen=True)
class Recording:
    """One file as it was found. sha256 and bytes are of the original file; duration_ms is what could be decoded."""

    file: str  # relative to the scanned root, with "/"
    sha256: str
    bytes: int
    duration_ms: int
    sample_rate_hz: int  # of the source, not of the decoded array
    channels: int
    codec: str
    container: str
    layout: Layout
    started_at: str | None = None  # ISO 8601, with an offset only where one is known
    other_party: str | None = None  # number or name as supplied or as the file name has it
    facts: tuple[Fact, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Word:
    text: str
    start_ms: int
    end_ms: int
    confidence: float  # 0-1, the recogniser's own
    estimated: bool = False  # the time is interpolated, not heard


@dataclass(frozen=True)
class Turn:
    """What one speaker said without another between. speaker: the diarizer's or channel's name, None where unknown."""

    id: str
    role: Role
    role_confidence: float
    speaker: str | None
    start_ms: int | None  # None only in text without times
    end_ms: int | None
    text: str
    confidence: float
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Gap:
    start_ms: int
    end_ms: int
    reason: str  # no_text | low_confidence | noise | dropout | hallucination | …


@dataclass(frozen=True)
class Coverage:
    """speech_ms: speech by either of two detectors; transcribed_ms: the part with confident text; ratio 0-1."""

    speech_ms: int
    transcribed_ms: int
    ratio: float
    gaps: tuple[Gap, ...] = ()


ToneKind = Literal["dtmf", "ai_rhythm", "ringback"]


@dataclass(frozen=True)
class Tone:
    """A signal tone heard. symbol: the key ("0"-"9", "*", "#") for dtmf, "" otherwise. channel: 0-based."""

    kind: ToneKind
    symbol: str
    start_ms: int
    end_ms: int
    channel: int = 0


@dataclass(frozen=True)
class Repeat:
    """The same sound at two places of the caller's side: a recording or a synthesiser. correlation: 0-1, normalised."""

    first: Span
    again: Span
    correlation: float


@dataclass(frozen=True)
class Alternative:
    """Another reading of a stretch that was not read with confidence; never a part of a turn's text.

    turn_id: the turn most of the stretch lies in, "" where it lies in none.
    """

    start_ms: int
    end_ms: int
    text: str
    turn_id: str


@dataclass(frozen=True)
class Transcript:
    language: str | None  # "zh", "en", … None when nothing was said
    language_confidence: float
    turns: tuple[Turn, ...] = ()
    coverage: Coverage = Coverage(0, 0, 0.0)
    tones: tuple[Tone, ...] = ()
    role_reasons: tuple[str, ...] = ()  # one sentence a speaker: why this role
    repeats: tuple[Repeat, ...] = ()
    alternatives: tuple[Alternative, ...] = ()  # in time order, the likelier first


CLASSIFIER = "classifier"  # the trained witness's name among the votes


@dataclass(frozen=True)
class Vote:
    """One witness for or against a cue. score 0-1. Written as {"matcher", "for", "score", "detail"}."""

    matcher: str
    supports: Annotated[bool, Field(alias="for")]
    score: float
    detail: str

    __pydantic_config__ = ConfigDict(populate_by_name=True)


@dataclass(frozen=True)
class Cue:
    """A statement at a time. quote is verbatim transcript. level only for `refusal` (1-4)."""

    id: str
    label: CueLabel
    role: Role
    start_ms: int | None
    end_ms: int | None
    quote: str
    turn_id: str
    confidence: float
    votes: tuple[Vote, ...] = ()
    level: int | None = None

    @property
    def by_classifier_alone(self) -> bool:
        return bool(self.votes) and all(vote.matcher == CLASSIFIER for vote in self.votes)


@dataclass(frozen=True)
class Precondition:
    """One condition an absence needs. detail: a sentence in English; held: True or False."""

    name: str
    held: bool
    detail: str


@dataclass(frozen=True)
class Both:
    """The same sentence in English and simplified Chinese."""

    en: str
    zh: str


@dataclass(frozen=True)
class Verdict:
    obligation: Obligation
    verdict: VerdictWord
    confidence: float
    cue_ids: tuple[str, ...]
    turn_ids: tuple[str, ...]
    finding_ids: tuple[str, ...]
    basis: Basis
    examined: tuple[Span, ...]
    coverage: float  # 0-1, over the examined span
    preconditions: tuple[Precondition, ...]
    reason: Both


@dataclass(frozen=True)
class Clip:
    file: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True)
class Finding:
    """A verdict joined to a rule of a chosen jurisdiction; kind "lead" when a fact is only guessed or missing."""

    id: str
    kind: Literal["finding", "lead"]
    rule_id: str
    jurisdiction: str
    obligation: Obligation
    verdict: VerdictWord
    weight: Literal["P", "G", "C", "S"]
    cue_ids: tuple[str, ...]
    norm: dict[str, Any]
    to_confirm: tuple[Both, ...]
    wording: Both
    clip: Clip | None = None


@dataclass(frozen=True)
class ContextFact:
    value: str
    source: FactSource
    confidence: float


@dataclass(frozen=True)
class Tool:
    name: str
    version: str


@dataclass(frozen=True)
class Failure:
    kind: str
    message: str


@dataclass(frozen=True)
class ModelUsed:
    role: str  # recogniser | segmentation | embedding | vad | cue_classifier
    name: str
    revision: str
    sha256: str


@dataclass(frozen=True)
class Correction:
    """One thing a person changed, with what the machine had there.

    target: the cue's, turn's or speaker's name. label: of a cue, None where a role or words were fixed. was, now: the
    words before and after ("" where there were or are none); for kind "role" roles, commas between several. by, note:
    as the person wrote them, "" where they did not.
    """

    kind: CorrectionKind
    target: str
    turn_ids: tuple[str, ...]
    label: CueLabel | None
    was: str
    now: str
    by: str
    note: str


@dataclass(frozen=True)
class MachineReading:
    """What the machine alone had made of a call that a person corrected. mark: names this reading (12 hex digits)."""

    mark: str
    tool: Tool
    transcript: Transcript
    context: dict[str, ContextFact]
    cues: tuple[Cue, ...]
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class CallReport:
    """Everything said about one recording; `evidence.json` is this record.

    corrections, machine: only where a person corrected it; then the rest is what follows from the corrected record.
    """

    tool: Tool
    outcome: Outcome
    error: Failure | None
    context: dict[str, ContextFact]
    recording: Recording
    settings: dict[str, Any]
    models: tuple[ModelUsed, ...]
    transcript: Transcript
    cues: tuple[Cue, ...]
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    schema_version: str = field(default=SCHEMA_VERSION)
    corrections: tuple[Correction, ...] = ()
    machine: MachineReading | None = None
