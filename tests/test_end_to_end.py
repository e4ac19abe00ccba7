"""The command on real recordings with the real models: two short samples, renamed and alone in a folder.

Renamed, since the names of the samples say who called and when; alone, since their gold lies beside them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipeline.evidence import read_evidence

pytestmark = pytest.mark.models

ROOT = Path(__file__).parents[1]
SOLAR, ESTATE = "solar.wav", "estate.m4a"
SAMPLES = {
    SOLAR: "Call recording +12025550142_251014_183012.wav",  # en, a robot that says it is a person
    ESTATE: "鑫居小刘-2512061430.m4a",  # zh, a live estate agent
}


@dataclass(frozen=True)
class Scanned:
    """A folder of calls and what one scan of it left."""

    calls: Path
    out: Path
    done: subprocess.CompletedProcess[str]
    evidence: Mapping[str, Mapping[str, Any]]  # by the name of the recording


def scan(calls: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """`callwitness scan` as a user runs it, with nothing of this session's cache or settings but the weights."""
    command = [sys.executable, "-m", "pipeline.cli", "scan", str(calls), "-o", str(out), *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, cwd=calls.parent, env=environment)


def evidence_files(out: Path) -> dict[str, Path]:
    """By the name of the recording."""
    return {json.loads(path.read_text("utf-8"))["recording"]["file"]: path for path in out.glob("*/evidence.json")}


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    folder = tmp_path_factory.mktemp("end_to_end")
    calls, out = folder / "calls", folder / "out"
    calls.mkdir()
    for name, sample in SAMPLES.items():
        shutil.copyfile(ROOT / "samples" / sample, calls / name)
    done = scan(calls, out)
    assert done.returncode in (0, 1), done.stderr
    evidence = {name: json.loads(path.read_text("utf-8")) for name, path in evidence_files(out).items()}
    return Scanned(calls, out, done, evidence)


def labels(evidence: Mapping[str, Any]) -> set[str]:
    return {cue["label"] for cue in evidence["cues"]}


def verdicts(evidence: Mapping[str, Any]) -> dict[str, str]:
    return {verdict["obligation"]: verdict["verdict"] for verdict in evidence["verdicts"]}


def said_by(evidence: Mapping[str, Any], role: str) -> str:
    return " ".join(turn["text"] for turn in evidence["transcript"]["turns"] if turn["role"] == role).lower()


def test_every_call_is_examined_and_without_a_law_nothing_is_found(scanned: Scanned) -> None:
    assert scanned.done.returncode == 0, scanned.done.stderr
    assert scanned.done.stdout == ""
    assert "2 examined" in scanned.done.stderr
    assert set(scanned.evidence) == set(SAMPLES)
    assert {evidence["outcome"] for evidence in scanned.evidence.values()} == {"examined"}
    assert all(evidence["findings"] == [] for evidence in scanned.evidence.values())


def test_the_evidence_follows_its_schema_and_its_own_references(scanned: Scanned) -> None:
    schema = json.loads((ROOT / "pipeline" / "evidence" / "schema.json").read_text("utf-8"))
    for evidence in scanned.evidence.values():
        jsonschema.validate(evidence, schema)
        turns = {turn["id"]: turn["text"] for turn in evidence["transcript"]["turns"]}
        cues = {cue["id"] for cue in evidence["cues"]}
        assert all(cue["quote"] in turns[cue["turn_id"]] for cue in evidence["cues"])
        assert all(set(verdict["cue_ids"]) <= cues for verdict in evidence["verdicts"])
        assert all(set(verdict["turn_ids"]) <= set(turns) for verdict in evidence["verdicts"])
        length_ms = evidence["recording"]["duration_ms"]
        assert all(0 <= cue["start_ms"] <= cue["end_ms"] <= length_ms for cue in evidence["cues"])
        roles = [model["role"] for model in evidence["models"]]
        assert roles == ["recogniser", "segmentation", "embedding", "cue_classifier"]
        assert all(len(model["sha256"]) == 64 for model in evidence["models"])


@pytest.mark.parametrize(("name", "language"), [(SOLAR, "en"), (ESTATE, "zh")])
def test_both_sides_of_a_call_are_heard_in_its_language(scanned: Scanned, name: str, language: str) -> None:
    transcript = scanned.evidence[name]["transcript"]
    assert transcript["language"] == language
    assert {"caller", "callee"} <= {turn["role"] for turn in transcript["turns"]}
    assert transcript["coverage"]["ratio"] > 0.6
    assert all(turn["text"] and turn["words"] for turn in transcript["turns"])


def test_the_words_of_the_english_call_are_in_the_right_mouths(scanned: Scanned) -> None:
    solar = scanned.evidence[SOLAR]
    assert "real person" in said_by(solar, "caller") and "electric bill" in said_by(solar, "caller")
    assert "robot" in said_by(solar, "callee") and "real person" not in said_by(solar, "callee")


def test_a_robot_that_says_it_is_a_person_contradicts_itself(scanned: Scanned) -> None:
    solar = scanned.evidence[SOLAR]
    assert {"bot_denial", "refusal", "marketing_pitch"} <= labels(solar)
    assert verdicts(solar)["bot_disclosure"] == "contradicted"
    denials = [cue for cue in solar["cues"] if cue["label"] == "bot_denial"]
    assert any(18_000 <= cue["start_ms"] <= 23_000 for cue in denials)  # "I'm a real person", spoken at 18.8 s and on


def test_the_refusal_of_the_mandarin_call_is_heard_and_nobody_is_said_to_be_a_robot(scanned: Scanned) -> None:
    estate = scanned.evidence[ESTATE]
    assert "refusal" in labels(estate)
    assert not {"bot_disclosure", "ai_label", "bot_denial"} & labels(estate)
    assert verdicts(estate)["bot_disclosure"] in ("not_heard", "cannot_tell")


def test_pages_and_indexes_are_there_for_a_person_to_open(scanned: Scanned) -> None:
    for name in ("index.html", "index.csv", "index.json"):
        assert (scanned.out / name).stat().st_size > 0, name
    for path in evidence_files(scanned.out).values():
        page = (path.parent / "report.html").read_text("utf-8")
        assert "<audio" in page
    index = (scanned.out / "index.html").read_text("utf-8")
    assert all(name in index for name in SAMPLES)


def test_a_second_run_does_nothing_and_says_so(scanned: Scanned) -> None:
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in evidence_files(scanned.out).values()}
    again = scan(scanned.calls, scanned.out)
    assert again.returncode == 0 and "Nothing to do" in again.stderr
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before} == before


def test_a_forced_run_beside_other_recordings_writes_the_same_bytes(scanned: Scanned, tmp_path: Path) -> None:
    """The call lies in another folder, beside a hum in which no model hears anybody; its evidence was tampered with."""
    calls, out = tmp_path / "calls", tmp_path / "out"
    calls.mkdir()
    shutil.copyfile(scanned.calls / ESTATE, calls / ESTATE)
    with wave.open(str(calls / "hum.wav"), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(b"\x00\x10\x00\xf0" * 8_000)
    first = evidence_files(scanned.out)[ESTATE]
    kept = shutil.copytree(first.parent, out / first.parent.name) / "evidence.json"
    kept.write_bytes(kept.read_bytes().replace(b'"zh"', b'"en"'))
    done = scan(calls, out, "--force")
    assert done.returncode == 0, done.stderr
    assert kept.read_bytes() == first.read_bytes()
    hum = json.loads(evidence_files(out)["hum.wav"].read_text("utf-8"))
    assert (hum["outcome"], hum["transcript"]["turns"], hum["cues"]) == ("examined", [], [])


def test_what_was_written_can_be_read_again(scanned: Scanned) -> None:
    for name, path in evidence_files(scanned.out).items():
        assert read_evidence(path).recording.file == name
