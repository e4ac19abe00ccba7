"""The command: exit codes, what goes to which stream, messages, and the environment it leaves for what it starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.batch import MakeSpeech
from pipeline.cli import app
from pipeline.cli.console import clean
from pipeline.evidence import read_evidence
from pipeline.evidence.document import reading_mark
from pipeline.settings import Settings
from pipeline.speech.fake import FakeSpeech
from tests.recordings import FAULTY_MS, pushy, quiet, unsteady, write_wav

ROOT = Path(__file__).parents[1]
SELLING = ["call_kind=marketing", "voice=prerecorded", "line=mobile", "direction=to_user"]


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """The command sets variables for its workers; put them back."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    write_wav(tmp_path / "calls" / "a_20260501_120000.wav", 30_000)
    return tmp_path / "calls"


def run(*arguments: object, speech: MakeSpeech | None = quiet) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], obj=speech)


def test_nothing_found_is_0_and_the_summary_says_where_to_look(calls: Path, tmp_path: Path) -> None:
    result = run("scan", calls, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert "1 examined" in result.stderr and str(tmp_path / "out" / "index.html") in result.stderr


def test_findings_are_1_and_again_1_when_there_is_nothing_left_to_do(calls: Path, tmp_path: Path) -> None:
    facts = [part for fact in SELLING for part in ("--fact", fact)]
    first = run("scan", calls, "-o", tmp_path / "out", "--jurisdiction", "cn", *facts, speech=pushy)
    assert first.exit_code == 1, first.output
    again = run("scan", calls, "-o", tmp_path / "out", "--jurisdiction", "cn", *facts, speech=pushy)
    assert again.exit_code == 1 and "Nothing to do" in again.stderr


def test_some_that_could_not_be_examined_are_3_each_with_its_message_and_tip(calls: Path, tmp_path: Path) -> None:
    (calls / "empty.wav").write_bytes(b"")
    (calls / "notes.txt").write_text("not a recording")
    write_wav(calls / "odd.wav", FAULTY_MS)
    result = run("scan", calls, "-o", tmp_path / "out", speech=unsteady)
    assert result.exit_code == 3, result.output
    assert "empty.wav: the file is empty (0 bytes).\n  If you have the original on the phone" in result.stderr
    assert "The other 1 recording was examined." in result.stderr
    assert "skipped notes.txt" in result.stderr
    assert "odd.wav: an unexpected error (ZeroDivisionError" in result.stderr and "--debug" in result.stderr
    shown = run("scan", calls, "-o", tmp_path / "out", "--debug", speech=unsteady)
    assert "Traceback" in shown.stderr and "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--fact", "kind=marketing"], ("kind is not a fact", "call_kind")),
        (["--fact", "call_kind=marketting"], ("cannot be marketting", "Did you mean marketing?")),
        (["--fact", "call_kind"], ("no value",)),
        (["--jurisdiction", "XX"], ("--jurisdiction XX", "Known:")),
        (["--language", "???"], ("--language ???",)),
        (["--config", "nowhere.toml"], ("nowhere.toml",)),
    ],
)
def test_a_mistake_in_the_command_is_2_and_starts_nothing(
    calls: Path, tmp_path: Path, arguments: list[str], says: tuple[str, ...]
) -> None:
    result = run("scan", calls, "-o", tmp_path / "out", *arguments)
    assert result.exit_code == 2
    assert all(part in result.stderr for part in says), result.stderr
    assert not (tmp_path / "out").exists()


def test_a_path_that_is_not_there_is_2(tmp_path: Path) -> None:
    result = run("scan", tmp_path / "none", "-o", tmp_path / "out")
    assert result.exit_code == 2 and "no such file" in result.stderr


def test_a_missing_model_is_2_with_the_command_that_fetches_it(
    calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLWITNESS_MODELS", str(tmp_path / "models"))
    result = run("scan", calls, "-o", tmp_path / "out", speech=None)
    assert result.exit_code == 2
    assert "callwitness models fetch whisper-base" in result.stderr


def test_an_error_of_our_own_is_4_and_says_how_to_report_it(calls: Path, tmp_path: Path) -> None:
    class Unsendable:
        def __call__(self, settings: Settings) -> FakeSpeech:
            raise AssertionError("never reached")

    result = run("scan", calls, "-o", tmp_path / "out", speech=Unsendable())
    assert result.exit_code == 4, result.output
    assert "--debug" in result.stderr and "--version" in result.stderr and "Traceback" not in result.stderr
    assert "Traceback" in run("scan", calls, "-o", tmp_path / "out", "--debug", speech=Unsendable()).stderr


def test_options_and_the_config_file_end_up_in_the_evidence(calls: Path, tmp_path: Path) -> None:
    config = tmp_path / "my.toml"
    config.write_text('[speech]\nbeam_size = 3\nbatch_size = 2\n[law]\njurisdiction = ["CN"]\n', encoding="utf-8")
    result = run(
        "scan", calls, "-o", tmp_path / "out", "--config", config, "--batch-size", 4, "--jurisdiction", "us-ca,cn",
        "--language", "Chinese", "--fact", "starts=late",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    settings = read_evidence(next((tmp_path / "out").glob("a_*"))).settings
    assert (settings["speech"]["beam_size"], settings["speech"]["batch_size"]) == (3, 4)
    assert settings["speech"]["language"] == "zh"
    assert settings["law"]["jurisdiction"] == ["US-CA", "CN"] and settings["law"]["facts"] == {"starts": "late"}


def test_report_draws_what_was_deleted_and_damaged_evidence_is_3(calls: Path, tmp_path: Path) -> None:
    run("scan", calls, "-o", tmp_path / "out")
    page = next((tmp_path / "out").glob("a_*/report.html"))
    page.unlink()
    assert run("report", tmp_path / "out").exit_code == 0
    assert page.exists()
    (page.parent / "evidence.json").write_text("{}")
    assert run("report", tmp_path / "out").exit_code == 3
    assert run("report", calls).exit_code == 2


def test_report_applies_corrections_and_says_what_they_did_and_a_wrong_one_is_3(calls: Path, tmp_path: Path) -> None:
    run("scan", calls, "-o", tmp_path / "out", speech=pushy)
    evidence = next((tmp_path / "out").glob("a_*/evidence.json"))
    before, call = evidence.read_bytes(), read_evidence(evidence)
    disclosure = next(cue.id for cue in call.cues if cue.label == "bot_disclosure")
    corrections = evidence.with_name("corrections.toml")
    head = f'reading = "{reading_mark(call)}"\n'
    corrections.write_text(f'{head}[[reject]]\ncue = "{disclosure}"\n')
    done = run("report", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "1 correction: bot_disclosure heard -> not_heard" in done.stderr and done.stdout == ""
    corrections.write_text(f'{head}\n[[reject]]\ncue = "c99"\n')
    wrong = run("report", tmp_path / "out")
    assert wrong.exit_code == 3
    assert "line 3, [[reject]] number 1: there is no cue c99" in wrong.stderr and "left as it was" in wrong.stderr
    corrections.unlink()
    assert run("report", tmp_path / "out").exit_code == 0 and evidence.read_bytes() == before


def test_a_scan_says_that_corrections_of_an_earlier_reading_were_not_applied(calls: Path, tmp_path: Path) -> None:
    run("scan", calls, "-o", tmp_path / "out", speech=pushy)
    evidence = next((tmp_path / "out").glob("a_*/evidence.json"))
    head = f'reading = "{reading_mark(read_evidence(evidence))}"\n'
    evidence.with_name("corrections.toml").write_text(f'{head}[[reject]]\ncue = "c1"\n')
    again = run("scan", calls, "-o", tmp_path / "out", "--force", speech=quiet)
    assert again.exit_code == 0, again.output
    assert "Not applied, and left as it is" in again.stderr and "heard anew" in again.stderr


def test_detect_writes_one_line_a_text_and_reports_each_bad_line_as_3(tmp_path: Path) -> None:
    texts = tmp_path / "in.jsonl"
    texts.write_text(
        '{"id": "a", "language": "en", "text": "This is an automated message from the city library."}\n'
        '{"id": "b", "language": "en"}\n\n'
        '{"id": "c", "language": "en", "text": "Press 9 to be removed from our list."}\n',
        encoding="utf-8",
    )
    result = run("detect", texts, "-o", tmp_path / "out.jsonl")
    assert result.exit_code == 3
    assert "in.jsonl, line 2: neither text nor turns" in result.stderr
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == ["a", "c"]
    assert set(lines[0]) == {"id", "language", "cues", "verdicts", "findings"}


def test_detect_without_an_output_file_writes_data_to_stdout_alone(tmp_path: Path) -> None:
    texts = tmp_path / "in.jsonl"
    texts.write_text('{"id": "a", "language": "en", "text": "Hello."}\n', encoding="utf-8")
    result = run("detect", texts)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["id"] == "a" and "1 text judged" in result.stderr


def test_detect_of_something_that_is_no_transcript_is_2_and_leaves_an_older_result_alone(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("just words\n")
    (tmp_path / "out.jsonl").write_text("older")
    result = run("detect", tmp_path / "in.txt", "-o", tmp_path / "out.jsonl")
    assert result.exit_code == 2 and "line 1" in result.stderr
    assert (tmp_path / "out.jsonl").read_text() == "older"
    assert run("detect", tmp_path / "none.srt").exit_code == 2


def test_models_list_names_the_models_on_stdout() -> None:
    result = run("models", "list")
    assert result.exit_code == 0
    assert "whisper-base" in [line.split("\t")[0] for line in result.stdout.splitlines()]


def test_models_check_of_a_missing_model_is_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLWITNESS_MODELS", str(tmp_path))
    result = run("models", "check", "whisper-base")
    assert result.exit_code == 2 and "whisper-base: not on this machine" in result.stderr


def test_rules_are_listed_shown_and_checked(tmp_path: Path) -> None:
    listed = run("rules", "list")
    assert listed.exit_code == 0
    first = listed.stdout.splitlines()[0].split("\t")[0]
    shown = run("rules", "show", first)
    assert shown.exit_code == 0 and json.loads(shown.stdout)["id"] == first
    wrong = run("rules", "show", first + "x")
    assert wrong.exit_code == 2 and f"Did you mean {first}?" in wrong.stderr
    assert run("rules", "check").exit_code == 0
    (tmp_path / "bad.toml").write_text('jurisdiction = "XX"\n')
    bad = run("rules", "check", tmp_path / "bad.toml")
    assert bad.exit_code == 2 and "bad.toml:" in bad.stderr


def test_the_version_is_printed(tmp_path: Path) -> None:
    result = run("--version")
    assert result.exit_code == 0 and result.stdout.startswith("callwitness ")


def test_help_names_every_command_and_option_of_the_design() -> None:
    commands = run("--help").stdout
    assert all(command in commands for command in ("scan", "detect", "report", "models", "rules"))
    wide = {"COLUMNS": "200"}
    options = CliRunner().invoke(app, ["scan", "--help"], env=wide).stdout
    for option in (
        "--model", "--device", "--compute-type", "--language", "--batch-size", "--jurisdiction", "--jobs", "--force",
        "--offline", "--allow-download", "--config", "--fact", "--debug",
    ):  # fmt: skip
        assert option in options


def test_no_name_of_a_file_can_steer_the_terminal() -> None:
    assert clean("a\x1b[31m\rb\u202egpj\x9b.wav") == "a�[31m�b�gpj�.wav"
    assert clean("通话录音 é\n") == "通话录音 é\n"


def test_the_command_turns_telemetry_off_and_stays_offline(calls: Path, tmp_path: Path) -> None:
    os.environ.pop("HF_HUB_OFFLINE", None)
    os.environ["PYANNOTE_METRICS_ENABLED"] = "1"
    run("detect", tmp_path / "none.srt")
    assert (os.environ["HF_HUB_OFFLINE"], os.environ["PYANNOTE_METRICS_ENABLED"]) == ("1", "0")


def test_the_module_can_be_run_and_shows_no_bar_without_a_terminal(tmp_path: Path) -> None:
    texts = tmp_path / "in.jsonl"
    texts.write_text("{}\n")
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "detect", str(texts)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2 and done.stdout == "" and "\x1b" not in done.stderr
