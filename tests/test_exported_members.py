"""The public API: a name leaves or joins it on purpose."""

from __future__ import annotations

import pipeline
from pipeline import errors

PUBLIC = [
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


def test_the_public_names_are_these() -> None:
    assert pipeline.__all__ == PUBLIC


def test_they_are_sorted_and_each_can_be_had() -> None:
    assert sorted(pipeline.__all__) == pipeline.__all__
    for name in pipeline.__all__:
        assert getattr(pipeline, name).__name__ == name


def test_every_error_is_public() -> None:
    assert set(errors.__all__) <= set(pipeline.__all__)


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    assert not hasattr(pipeline, "no_such_name")


def test_dir_lists_the_public_names_before_they_are_loaded() -> None:
    assert set(pipeline.__all__) <= set(dir(pipeline))
