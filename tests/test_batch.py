"""A folder of recordings: resume, order, crashes, and what is left behind."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import soundfile
from filelock import FileLock

from pipeline.batch import Progress, ScanInterrupted, redraw, scan
from pipeline.batch.ledger import LEDGER_NAME
from pipeline.errors import EvidenceError, FactsError, ModelMissing, UsageError
from pipeline.evidence import read_evidence
from pipeline.records import ModelUsed
from pipeline.settings import JudgeSettings, Settings
from pipeline.speech.fake import FakeSpeech
from tests.recordings import FAULTY_MS, KILLS_MS, NOTICE, SLOW_MS, quiet, unsteady, write_wav

ROOT = Path(__file__).parents[1]


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """Three calls, one of them in a subfolder."""
    folder = tmp_path / "calls"
    write_wav(folder / "a.wav", 1_000)
    write_wav(folder / "b.wav", 1_200)
    write_wav(folder / "more" / "c.wav", 1_400)
    return folder


class Counting:
    """Builds fakes and remembers how often it was asked to, and how many recordings they heard."""

    def __init__(self) -> None:
        self.built = 0
        self.heard: list[int] = []

    def __call__(self, settings: Settings) -> FakeSpeech:
        self.built += 1
        heard = self.heard

        class Listening(FakeSpeech):
            def transcribe(self, audio, *, layout):  # type: ignore[no-untyped-def]
                heard.append(audio.duration_ms)
                return super().transcribe(audio, layout=layout)

        return Listening(NOTICE)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


def evidence_files(out: Path) -> list[Path]:
    return sorted(out.glob("*/evidence.json"))


def test_every_recording_gets_a_folder_with_its_evidence_and_the_folder_gets_an_index(
    calls: Path, tmp_path: Path
) -> None:
    summary = scan([calls], tmp_path / "out", make_speech=quiet)
    reports = [read_evidence(path) for path in evidence_files(tmp_path / "out")]
    assert sorted(report.recording.file for report in reports) == ["a.wav", "b.wav", "more/c.wav"]
    assert all(report.outcome == "examined" and report.verdicts and report.transcript.turns for report in reports)
    assert all(
        path.parent.name.endswith(f"-{read_evidence(path).recording.sha256[:8]}")
        for path in evidence_files(tmp_path / "out")
    )
    assert (summary.total, summary.finished, summary.examined, summary.already_done) == (3, 3, 3, 0)
    assert {"index.html", "index.csv", "index.json"} <= {path.name for path in (tmp_path / "out").iterdir()}


def test_a_second_run_examines_nothing_and_changes_no_byte(calls: Path, tmp_path: Path) -> None:
    speech = Counting()
    scan([calls], tmp_path / "out", make_speech=speech)
    before = contents(tmp_path / "out")
    summary = scan([calls], tmp_path / "out", make_speech=speech)
    assert speech.built == 1
    assert summary.already_done == summary.finished == summary.examined == 3
    assert contents(tmp_path / "out") == before


def test_force_examines_everything_again_and_gives_the_same_bytes(calls: Path, tmp_path: Path) -> None:
    speech = Counting()
    scan([calls], tmp_path / "out", make_speech=speech)
    before = contents(tmp_path / "out")
    summary = scan([calls], tmp_path / "out", make_speech=speech, force=True)
    assert len(speech.heard) == 6 and summary.already_done == 0
    assert contents(tmp_path / "out") == before


def test_a_new_recording_is_the_only_one_examined(calls: Path, tmp_path: Path) -> None:
    speech = Counting()
    scan([calls], tmp_path / "out", make_speech=speech)
    write_wav(calls / "new.wav", 1_600)
    scan([calls], tmp_path / "out", make_speech=speech)
    assert speech.heard[3:] == [1_600]


def test_other_settings_other_facts_and_other_weights_each_make_it_work_again(calls: Path, tmp_path: Path) -> None:
    speech = Counting()
    weights = [ModelUsed("recogniser", "fake", "1", "")]

    def again(**options: object) -> list[int]:
        heard = len(speech.heard)
        scan([calls], tmp_path / "out", make_speech=speech, models_now=lambda settings: tuple(weights), **options)  # type: ignore[arg-type]
        return speech.heard[heard:]

    assert len(again()) == 3
    assert again() == []
    assert len(again(settings=Settings(judge=JudgeSettings(min_coverage=0.5)))) == 3
    assert len(again()) == 3
    (calls / "calls.csv").write_text("file,call_kind\nb.wav,marketing\n", encoding="utf-8")
    assert again() == [1_200]
    weights[0] = dataclasses.replace(weights[0], sha256="f" * 64)
    assert len(again()) == 3


@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_a_recording_whose_evidence_is_gone_or_damaged_is_examined_again(
    calls: Path, tmp_path: Path, damage: str
) -> None:
    speech = Counting()
    scan([calls], tmp_path / "out", make_speech=speech)
    before = contents(tmp_path / "out")
    file = next(path for path in evidence_files(tmp_path / "out") if path.parent.name.startswith("b-"))
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:200])
    scan([calls], tmp_path / "out", make_speech=speech)
    assert speech.heard[3:] == [1_200]
    assert contents(tmp_path / "out") == before


def test_a_run_that_stops_between_two_recordings_loses_nothing_finished(calls: Path, tmp_path: Path) -> None:
    speech = Counting()

    def stop(progress: Progress) -> None:
        if progress.done == 2:
            raise RuntimeError("pulled the plug")

    with pytest.raises(RuntimeError):
        scan([calls], tmp_path / "out", make_speech=speech, on_progress=stop)
    assert len(evidence_files(tmp_path / "out")) == 2
    summary = scan([calls], tmp_path / "out", make_speech=speech)
    assert summary.already_done == 2 and len(speech.heard) == 3
    scan([calls], tmp_path / "whole", make_speech=quiet)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_ctrl_c_says_how_many_are_finished_and_leaves_an_index_of_them(calls: Path, tmp_path: Path) -> None:
    def stop(progress: Progress) -> None:
        if progress.done == 1:
            raise KeyboardInterrupt

    with pytest.raises(ScanInterrupted) as caught:
        scan([calls], tmp_path / "out", make_speech=quiet, on_progress=stop)
    assert (caught.value.summary.finished, caught.value.summary.total) == (1, 3)
    assert "a.wav" in (tmp_path / "out" / "index.csv").read_text(encoding="utf-8-sig")
    assert scan([calls], tmp_path / "out", make_speech=quiet).already_done == 1


SCAN_SCRIPT = """
import sys
from pathlib import Path
from pipeline.batch import scan
from tests.recordings import unsteady
if __name__ == "__main__":
    scan([Path(sys.argv[1])], Path(sys.argv[2]), make_speech=unsteady, jobs=int(sys.argv[3]), isolate=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_killed_process_leaves_whole_files_no_workers_and_a_scan_that_goes_on(calls: Path, tmp_path: Path) -> None:
    slow = write_wav(calls / "z.wav", SLOW_MS)
    script = tmp_path / "run.py"
    script.write_text(textwrap.dedent(SCAN_SCRIPT), encoding="utf-8")
    out = tmp_path / "out"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, str(script), str(calls), str(out), "2"], env=environment)
    try:
        ledger = out / LEDGER_NAME
        deadline = time.monotonic() + 30
        while not (ledger.exists() and ledger.read_bytes().count(b"\n") == 3) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert ledger.read_bytes().count(b"\n") == 3  # the slow one is still in hand
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    slow.unlink()
    speech = Counting()
    summary = scan([calls], out, make_speech=speech)  # also: the lock went with the process
    assert summary.already_done == 3 and speech.heard == []
    assert not list(out.rglob("*.part"))


def test_workers_in_any_number_give_the_same_bytes(calls: Path, tmp_path: Path) -> None:
    scan([calls], tmp_path / "here", make_speech=quiet)
    scan([calls], tmp_path / "two", make_speech=quiet, jobs=2)
    assert contents(tmp_path / "here") == contents(tmp_path / "two")


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_recording_that_kills_its_worker_is_a_result_and_the_others_go_on(calls: Path, tmp_path: Path) -> None:
    write_wav(calls / "deadly.wav", KILLS_MS)
    summary = scan([calls], tmp_path / "out", make_speech=unsteady, isolate=True)
    assert [(failed.name, failed.failure.kind) for failed in summary.failed] == [("deadly.wav", "crashed")]
    assert summary.examined == 3
    again = scan([calls], tmp_path / "out", make_speech=quiet)
    assert again.already_done == 3 and again.examined == 4  # a crash may pass, so it is tried again


def test_a_fault_in_a_stage_costs_one_recording_and_keeps_its_trace(calls: Path, tmp_path: Path) -> None:
    write_wav(calls / "odd.wav", FAULTY_MS)
    summary = scan([calls], tmp_path / "out", make_speech=unsteady)
    (failed,) = summary.failed
    assert failed.failure.kind == "internal" and "odd.wav" in failed.failure.message
    assert "ZeroDivisionError" in failed.trace
    assert summary.examined == 3


def test_a_broken_recording_is_a_result_with_its_hash_and_is_not_tried_again(calls: Path, tmp_path: Path) -> None:
    (calls / "broken.wav").write_bytes(b"RIFF\x00\x00")
    (calls / "nothing.mp3").write_bytes(b"")
    speech = Counting()
    summary = scan([calls], tmp_path / "out", make_speech=speech)
    assert [failed.name for failed in summary.failed] == ["broken.wav", "nothing.mp3"]
    report = read_evidence(next((tmp_path / "out").glob("broken-*")))
    assert report.outcome == "failed" and report.error is not None and "broken.wav" in report.error.message
    assert len(report.recording.sha256) == 64 and report.recording.bytes == 6
    assert (report.cues, report.verdicts, report.findings, report.models, report.transcript.turns) == (
        (),
        (),
        (),
        (),
        (),
    )
    assert scan([calls], tmp_path / "out", make_speech=speech).already_done == 5


def test_a_recording_cut_short_is_examined_in_part(calls: Path, tmp_path: Path) -> None:
    samples, rate_hz = soundfile.read(write_wav(tmp_path / "whole.wav", 8_000))
    soundfile.write(calls / "cut.flac", samples, rate_hz)
    whole = (calls / "cut.flac").read_bytes()
    (calls / "cut.flac").write_bytes(whole[: len(whole) // 2])
    summary = scan([calls], tmp_path / "out", make_speech=quiet)
    assert summary.partial == 1
    assert read_evidence(next((tmp_path / "out").glob("cut-*"))).outcome == "partial"


def test_copies_of_one_recording_in_two_folders_do_not_share_a_folder(calls: Path, tmp_path: Path) -> None:
    write_wav(calls / "more" / "a.wav", 1_000)
    scan([calls], tmp_path / "out", make_speech=quiet)
    reports = [read_evidence(path) for path in evidence_files(tmp_path / "out")]
    assert sorted(report.recording.file for report in reports) == ["a.wav", "b.wav", "more/a.wav", "more/c.wav"]


def test_a_copy_that_appears_later_is_added_and_both_are_kept(calls: Path, tmp_path: Path) -> None:
    scan([calls], tmp_path / "out", make_speech=quiet)
    write_wav(calls / "A" / "a.wav", 1_000)
    scan([calls], tmp_path / "out", make_speech=quiet)
    reports = [read_evidence(path) for path in evidence_files(tmp_path / "out")]
    assert sorted(report.recording.file for report in reports) == ["A/a.wav", "a.wav", "b.wav", "more/c.wav"]


def test_a_recording_copied_again_whole_replaces_its_failed_result(calls: Path, tmp_path: Path) -> None:
    (calls / "d.wav").write_bytes(b"RIFF\x00\x00")
    scan([calls], tmp_path / "out", make_speech=quiet)
    write_wav(calls / "d.wav", 1_600)
    summary = scan([calls], tmp_path / "out", make_speech=quiet)
    reports = [read_evidence(path) for path in evidence_files(tmp_path / "out")]
    assert not summary.failed
    assert [report.outcome for report in reports if report.recording.file == "d.wav"] == ["examined"]


def test_what_a_scan_wrote_into_the_scanned_folder_is_not_scanned_again(calls: Path) -> None:
    scan([calls], calls / "out", make_speech=quiet)
    (calls / "out" / "half").mkdir()
    write_wav(calls / "out" / "half" / "audio.wav")  # as a killed run could leave it
    assert scan([calls], calls / "out", make_speech=quiet).total == 3


def test_the_folder_of_the_recordings_is_refused_as_output(calls: Path) -> None:
    with pytest.raises(UsageError, match="mix"):
        scan([calls], calls, make_speech=quiet)


def test_a_folder_that_cannot_be_written_stops_the_run_with_its_name(calls: Path, tmp_path: Path) -> None:
    scan([calls], tmp_path / "first", make_speech=quiet)
    taken = tmp_path / "out" / evidence_files(tmp_path / "first")[1].parent.name
    taken.parent.mkdir()
    taken.write_text("a file where a folder must go")
    with pytest.raises(UsageError, match=taken.name):
        scan([calls], tmp_path / "out", make_speech=quiet)
    taken.unlink()
    assert scan([calls], tmp_path / "out", make_speech=quiet).already_done == 1


def test_facts_come_from_the_nearest_calls_csv_and_a_row_about_nothing_is_said(calls: Path, tmp_path: Path) -> None:
    (calls / "calls.csv").write_text("file,line\na.wav,mobile\nmore/c.wav,mobile\nd.wav,mobile\n", encoding="utf-8")
    (calls / "more" / "calls.csv").write_text("file,line\nc.wav,business\n", encoding="utf-8")
    summary = scan([calls], tmp_path / "out", make_speech=quiet)
    reports = {r.recording.file: r for r in map(read_evidence, evidence_files(tmp_path / "out"))}
    assert reports["a.wav"].context["line"].value == "mobile"
    assert reports["b.wav"].context["line"].source == "guess"
    assert reports["more/c.wav"].context["line"].value == "business"
    assert [(each.name, each.reason) for each in summary.skipped] == [
        ("calls.csv: d.wav", "no recording of this name is here")
    ]


def test_a_calls_csv_that_cannot_be_read_starts_nothing(calls: Path, tmp_path: Path) -> None:
    (calls / "calls.csv").write_text("file,line\na.wav,submarine\n", encoding="utf-8")
    with pytest.raises(FactsError, match="line 2"):
        scan([calls], tmp_path / "out", make_speech=quiet)
    assert evidence_files(tmp_path / "out") == []


def test_two_scans_into_one_folder_at_once_are_refused(calls: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    scan([calls], out, make_speech=quiet)
    with FileLock(out / ".callwitness.lock"), pytest.raises(UsageError, match="another scan"):
        scan([calls], out, make_speech=quiet)


def test_a_folder_without_recordings_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("hello")
    with pytest.raises(UsageError, match="no recordings"):
        scan([tmp_path / "notes"], tmp_path / "out", make_speech=quiet)
    assert not (tmp_path / "out").exists()


def no_model(settings: Settings) -> FakeSpeech:
    raise ModelMissing("whisper-base: not on this machine.", tip="Fetch it.")


@pytest.mark.parametrize("isolate", [False, True])
def test_a_missing_model_stops_the_scan_and_is_no_result(calls: Path, tmp_path: Path, isolate: bool) -> None:
    with pytest.raises(ModelMissing, match="Fetch it"):
        scan([calls], tmp_path / "out", make_speech=no_model, isolate=isolate)
    assert evidence_files(tmp_path / "out") == []


def test_progress_counts_recordings_and_seconds_of_sound(calls: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []
    scan([calls], tmp_path / "out", make_speech=quiet, on_progress=seen.append)
    assert [(step.done, step.name) for step in seen] == [(0, ""), (1, "a.wav"), (2, "b.wav"), (3, "more/c.wav")]
    assert seen[0].seconds_total == pytest.approx(3.6, abs=0.01)
    assert [step.seconds_done for step in seen] == pytest.approx([0.0, 1.0, 2.2, 3.6], abs=0.01)


def test_a_torn_last_line_of_the_ledger_costs_one_recording(calls: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    scan([calls], out, make_speech=quiet)
    ledger = out / LEDGER_NAME
    ledger.write_bytes(ledger.read_bytes()[:-30])
    assert scan([calls], out, make_speech=quiet).already_done == 2
    assert scan([calls], out, make_speech=quiet).already_done == 3


def test_report_draws_the_pages_again_and_names_evidence_that_cannot_be_read(calls: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    scan([calls], out, make_speech=quiet)
    before = contents(out)
    for page in out.rglob("*.html"):
        page.unlink()
    assert (len(redraw(out).reports), redraw(out).refused) == (3, ())
    assert contents(out) == before
    evidence_files(out)[0].write_text("{")
    drawn = redraw(out)
    (error,) = drawn.refused
    assert len(drawn.reports) == 2 and isinstance(error, EvidenceError) and "a-" in error.message
    with pytest.raises(EvidenceError, match="no evidence"):
        redraw(calls)
