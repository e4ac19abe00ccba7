"""callwitness: recorded robot calls into evidence.

Everything public is named here; nothing is loaded before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.batch import Progress, ScanInterrupted, ScanSummary, scan
    from pipeline.call import examine
    from pipeline.config import read_config
    from pipeline.cues import find_cues
    from pipeline.detect import judge_text, read_texts
    from pipeline.errors import (
        CallwitnessError,
        CorrectionsError,
        DownloadError,
        EmptyRecording,
        EvidenceError,
        FactsError,
        ModelDamaged,
        ModelError,
        ModelMissing,
        NotMedia,
        ProtectedRecording,
        RecordingError,
        RulePackError,
        SettingsError,
        SilentRecording,
        TooLongRecording,
        TranscriptError,
        TruncatedRecording,
        UnsupportedCodec,
        UsageError,
    )
    from pipeline.evidence import read_evidence, write_evidence
    from pipeline.obligations import find_findings, judge, load_packs, read_context
    from pipeline.records import (
        Audio,
        CallReport,
        ContextFact,
        Coverage,
        Cue,
        Fact,
        Finding,
        Gap,
        Recording,
        Span,
        Transcript,
        Turn,
        Verdict,
        Word,
    )
    from pipeline.settings import Settings
    from pipeline.speech import load_speech
    from pipeline.speech.fake import FakeSpeech

__all__ = [
    "Audio",
    "CallReport",
    "CallwitnessError",
    "ContextFact",
    "CorrectionsError",
    "Coverage",
    "Cue",
    "DownloadError",
    "EmptyRecording",
    "EvidenceError",
    "Fact",
    "FactsError",
    "FakeSpeech",
    "Finding",
    "Gap",
    "ModelDamaged",
    "ModelError",
    "ModelMissing",
    "NotMedia",
    "Progress",
    "ProtectedRecording",
    "Recording",
    "RecordingError",
    "RulePackError",
    "ScanInterrupted",
    "ScanSummary",
    "Settings",
    "SettingsError",
    "SilentRecording",
    "Span",
    "TooLongRecording",
    "Transcript",
    "TranscriptError",
    "TruncatedRecording",
    "Turn",
    "UnsupportedCodec",
    "UsageError",
    "Verdict",
    "Word",
    "examine",
    "find_cues",
    "find_findings",
    "judge",
    "judge_text",
    "load_packs",
    "load_speech",
    "read_config",
    "read_context",
    "read_evidence",
    "read_texts",
    "scan",
    "write_evidence",
]

#: Where each name is defined; loaded when first asked for (PEP 562).
_HOMES = {
    "pipeline.batch": (
        "Progress",
        "ScanInterrupted",
        "ScanSummary",
        "scan",
    ),
    "pipeline.call": ("examine",),
    "pipeline.config": ("read_config",),
    "pipeline.cues": ("find_cues",),
    "pipeline.detect": ("judge_text", "read_texts"),
    "pipeline.errors": (
        "CallwitnessError",
        "CorrectionsError",
        "DownloadError",
        "EmptyRecording",
        "EvidenceError",
        "FactsError",
        "ModelDamaged",
        "ModelError",
        "ModelMissing",
        "NotMedia",
        "ProtectedRecording",
        "RecordingError",
        "RulePackError",
        "SettingsError",
        "SilentRecording",
        "TooLongRecording",
        "TranscriptError",
        "TruncatedRecording",
        "UnsupportedCodec",
        "UsageError",
    ),
    "pipeline.evidence": (
        "read_evidence",
        "write_evidence",
    ),
    "pipeline.obligations": (
        "find_findings",
        "judge",
        "load_packs",
        "read_context",
    ),
    "pipeline.records": (
        "Audio",
        "CallReport",
        "ContextFact",
        "Coverage",
        "Cue",
        "Fact",
        "Finding",
        "Gap",
        "Recording",
        "Span",
        "Transcript",
        "Turn",
        "Verdict",
        "Word",
    ),
    "pipeline.settings": ("Settings",),
    "pipeline.speech": ("load_speech",),
    "pipeline.speech.fake": ("FakeSpeech",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
