"""One recording through the stages."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.call import examine
from pipeline.cues import models_used
from pipeline.errors import ModelDamaged, SilentRecording
from pipeline.obligations import load_packs
from pipeline.records import OBLIGATIONS, Audio, CallReport, Layout, Transcript
from pipeline.settings import LawSettings, Settings
from pipeline.speech.fake import FakeSpeech
from tests.recordings import NOTICE, PUSHY, conversation, write_wav


def heard(
    path: Path, speech: FakeSpeech, *, settings: Settings | None = None, facts: dict[str, str] | None = None
) -> tuple[CallReport, Audio | None]:
    return examine(
        path, name=path.name, speech=speech, settings=settings or Settings(), facts=facts or {}, packs=load_packs()
    )


def test_a_report_holds_what_every_stage_said_and_the_sound_comes_with_it(tmp_path: Path) -> None:
    speech = FakeSpeech(NOTICE)
    report, audio = heard(write_wav(tmp_path / "a.wav", 9_000), speech)
    assert report.outcome == "examined" and report.error is None
    assert report.recording.file == "a.wav" and report.recording.duration_ms == 9_000
    assert report.transcript == NOTICE
    assert report.models == (*speech.models, *models_used(Settings().cues))
    assert report.models[-1].name == "cue-classifier"
    assert "bot_disclosure" in {cue.label for cue in report.cues}
    assert tuple(verdict.obligation for verdict in report.verdicts) == OBLIGATIONS
    assert report.settings == Settings().as_dict()
    assert audio is not None and audio.sample_rate_hz == 16_000 and audio.duration_ms == 9_000


def test_a_recording_that_cannot_be_read_is_a_report_without_results(tmp_path: Path) -> None:
    path = tmp_path / "empty.wav"
    path.write_bytes(b"")
    report, audio = heard(path, FakeSpeech(NOTICE))
    assert audio is None and report.outcome == "failed"
    assert report.error is not None and report.error.kind == "empty" and "empty.wav" in report.error.message
    assert report.recording.sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert (report.cues, report.verdicts, report.findings, report.models) == ((), (), (), ())


def test_a_file_that_has_gone_is_a_report_too(tmp_path: Path) -> None:
    report, _ = heard(tmp_path / "gone.wav", FakeSpeech(NOTICE))
    assert report.outcome == "failed" and report.recording.sha256 == ""


class Deaf(FakeSpeech):
    """Finds that a recording cannot be examined only when it listens."""

    def transcribe(self, audio: Audio, *, layout: Layout) -> Transcript:
        raise SilentRecording("a.wav: nobody speaks.", tip="Use another recorder.")


def test_what_speech_says_of_a_recording_counts_like_what_intake_says(tmp_path: Path) -> None:
    report, _ = heard(write_wav(tmp_path / "a.wav"), Deaf(NOTICE))
    assert report.error is not None and report.error.kind == "silent"
    assert "Use another recorder." in report.error.message


class Broken(FakeSpeech):
    def transcribe(self, audio: Audio, *, layout: Layout) -> Transcript:
        raise ModelDamaged("whisper-base: other bytes.")


def test_a_damaged_model_is_no_result_of_one_recording(tmp_path: Path) -> None:
    with pytest.raises(ModelDamaged):
        heard(write_wav(tmp_path / "a.wav"), Broken(NOTICE))


def test_a_row_of_calls_csv_wins_over_what_is_stated_for_every_call(tmp_path: Path) -> None:
    settings = Settings(law=LawSettings(facts={"call_kind": "survey", "line": "mobile"}))
    report, _ = heard(
        write_wav(tmp_path / "a.wav", 30_000), FakeSpeech(PUSHY), settings=settings, facts={"call_kind": "marketing"}
    )
    assert (report.context["call_kind"].value, report.context["call_kind"].source) == ("marketing", "supplied")
    assert report.context["line"].value == "mobile"


def test_a_recording_said_to_begin_late_cannot_tell_what_was_not_said(tmp_path: Path) -> None:
    silent_about_itself = conversation(
        ("caller", "We can lower the rate on your car insurance today."),
        ("callee", "I am listening."),
        ("caller", "The special offer on car insurance ends today. Goodbye."),
        second_ms=10_000,
    )
    path = write_wav(tmp_path / "a.wav", 31_000)

    def disclosure(starts: str) -> str:
        report, _ = heard(path, FakeSpeech(silent_about_itself), facts={"starts": starts})
        return next(v.verdict for v in report.verdicts if v.obligation == "bot_disclosure")

    assert (disclosure("complete"), disclosure("late")) == ("not_heard", "cannot_tell")


def test_findings_are_made_only_under_a_jurisdiction_that_was_chosen(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", 30_000)
    facts = {
        "call_kind": "marketing", "voice": "prerecorded", "line": "mobile", "direction": "to_user",
        "started_at": "2026-05-01T12:00:00",
    }  # fmt: skip
    without, _ = heard(path, FakeSpeech(PUSHY), facts=facts)
    chosen, _ = heard(path, FakeSpeech(PUSHY), facts=facts, settings=Settings(law=LawSettings(jurisdiction=("CN",))))
    assert without.findings == ()
    assert any(finding.kind == "finding" for finding in chosen.findings)
