"""Every error a caller can decide about.

CallwitnessError
├── UsageError                 the command, a setting or a file beside the recordings is wrong; nothing was started
│   ├── SettingsError          a value in the settings or the --config file
│   ├── FactsError             calls.csv cannot be read as a table of facts
│   ├── CorrectionsError       corrections.toml cannot be read, or corrects something that is not there
│   ├── TranscriptError        a transcript handed to `detect` cannot be read
│   └── RulePackError          a rule pack breaks its own form
├── ModelError                 weights
│   ├── ModelMissing           not on this machine; fetch them
│   ├── ModelDamaged           the bytes are not the pinned ones
│   └── DownloadError          every source failed
├── RecordingError             one recording cannot be examined; the others go on
│   ├── NotMedia               no audio inside
│   ├── EmptyRecording         no bytes, or no samples
│   ├── TruncatedRecording     the file ends before its audio can be read
│   ├── ProtectedRecording     encrypted (DRM)
│   ├── SilentRecording        nothing but silence
│   ├── TooLongRecording       longer than the settings allow
│   └── UnsupportedCodec       a decoder or an extra is missing
└── EvidenceError              evidence.json cannot be read or does not follow the schema

Each message says what happened, to which file, and what to do. `kind` is the word written to evidence.json.
"""

from __future__ import annotations

__all__ = [
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
]


class CallwitnessError(Exception):
    """Base of all errors raised on purpose. `tip` says what to do."""

    kind = "error"

    def __init__(self, message: str, *, tip: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.tip = tip

    def __str__(self) -> str:
        return f"{self.message}\n  {self.tip}" if self.tip else self.message


class UsageError(CallwitnessError):
    kind = "usage"


class SettingsError(UsageError):
    kind = "settings"


class FactsError(UsageError):
    kind = "facts"


class CorrectionsError(UsageError):
    kind = "corrections"


class TranscriptError(UsageError):
    kind = "transcript"


class RulePackError(UsageError):
    kind = "rule_pack"


class ModelError(CallwitnessError):
    kind = "model"


class ModelMissing(ModelError):
    kind = "model_missing"


class ModelDamaged(ModelError):
    kind = "model_damaged"


class DownloadError(ModelError):
    kind = "download"


class RecordingError(CallwitnessError):
    kind = "recording"


class NotMedia(RecordingError):
    kind = "not_media"


class EmptyRecording(RecordingError):
    kind = "empty"


class TruncatedRecording(RecordingError):
    kind = "truncated"


class ProtectedRecording(RecordingError):
    kind = "protected"


class SilentRecording(RecordingError):
    kind = "silent"


class TooLongRecording(RecordingError):
    kind = "too_long"


class UnsupportedCodec(RecordingError):
    kind = "unsupported_codec"


class EvidenceError(CallwitnessError):
    kind = "evidence"
