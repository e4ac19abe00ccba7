"""Nothing leaves the machine: no telemetry from the libraries, no connection from the commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.recordings import write_wav

ROOT = Path(__file__).parents[1]

#: Run before the command: every way to another machine is an error, and is told on stderr whoever catches it.
NO_NETWORK = """
import os, socket, sys, threading

def refuse(name):
    def connect(*arguments, **options):
        address = next((part for part in arguments if isinstance(part, (tuple, str, bytes))), None)
        os.write(2, f"CONNECTION {name} {address}\\n".encode())
        raise OSError("no connection may be made")
    return connect

class Socket(socket.socket):
    def connect(self, address):
        if self.family == socket.AF_UNIX:
            return super().connect(address)
        return refuse("connect")(address)
    def connect_ex(self, address):
        if self.family == socket.AF_UNIX:
            return super().connect_ex(address)
        return refuse("connect_ex")(address)
    sendto = refuse("sendto")

socket.socket = Socket
socket.create_connection = refuse("create_connection")
socket.getaddrinfo = refuse("getaddrinfo")
"""

SCAN = """
import sys
from pipeline.cli import app
from tests.recordings import quiet
app(sys.argv[1:], obj=quiet)
"""

COMMAND = """
import sys
from pipeline.cli import app
app(sys.argv[1:])
"""


def run(
    program: str, *arguments: object, site: Path, without: tuple[str, ...] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    """In a fresh interpreter, and in every one it starts, whose sitecustomize forbids the network."""
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(NO_NETWORK)
    kept = {name: value for name, value in os.environ.items() if name not in without}
    command = [sys.executable, "-c", program, *(str(argument) for argument in arguments)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**kept, "PYTHONPATH": f"{site}{os.pathsep}{ROOT}", **environment},
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site"


@pytest.mark.parametrize(
    "program",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')",
        "import socket; socket.socket().connect(('127.0.0.1', 9))",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
        "import subprocess, sys; subprocess.run([sys.executable, '-c', \"import socket; socket.getaddrinfo('a', 1)\"])",
    ],
)
def test_the_guard_of_these_tests_sees_a_connection(program: str, site: Path) -> None:
    assert "CONNECTION" in run(program, site=site).stderr


def test_scanning_and_drawing_the_report_again_make_no_connection(site: Path, tmp_path: Path) -> None:
    write_wav(tmp_path / "calls" / "a.wav", 3_000)
    done = run(SCAN, "scan", tmp_path / "calls", "-o", tmp_path / "out", "--jurisdiction", "CN", site=site)
    assert "CONNECTION" not in done.stderr
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "out").glob("*/evidence.json"))) == 1
    drawn = run(COMMAND, "report", tmp_path / "out", site=site)
    assert "CONNECTION" not in drawn.stderr
    assert drawn.returncode == 0, drawn.stderr


def test_detect_makes_no_connection(site: Path, tmp_path: Path) -> None:
    lines = [
        {"id": "zh", "language": "zh", "turns": [{"role": "caller", "text": "我是智能语音助手，转人工请按零"}]},
        {"id": "en", "language": "en", "turns": [{"role": "caller", "text": "This is an automated message."}]},
    ]
    source = tmp_path / "texts.jsonl"
    source.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    done = run(COMMAND, "detect", source, "-o", tmp_path / "cues.jsonl", "--complete", site=site)
    assert "CONNECTION" not in done.stderr
    assert done.returncode in (0, 1), done.stderr
    written = [json.loads(line) for line in (tmp_path / "cues.jsonl").read_text("utf-8").splitlines()]
    assert [{cue["label"] for cue in line["cues"]} >= {"bot_disclosure"} for line in written] == [True, True]


@pytest.mark.models
@pytest.mark.parametrize("wanted", [None, "true"])
def test_pyannote_is_imported_without_its_telemetry_whatever_the_environment_says(
    wanted: str | None, site: Path
) -> None:
    program = """
import os
from pipeline.speech._pyannote import import_pyannote
import_pyannote()
from pyannote.audio.telemetry import metrics
print(metrics.is_metrics_enabled(), os.environ["PYANNOTE_METRICS_ENABLED"])
metrics.track_model_init(object())
metrics.track_pipeline_init(object())
metrics.provider.force_flush(3000)
"""
    asked = {} if wanted is None else {"PYANNOTE_METRICS_ENABLED": wanted}
    done = run(program, site=site, without=("PYANNOTE_METRICS_ENABLED",), **asked)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["False", "0"]
    assert "CONNECTION" not in done.stderr


@pytest.mark.models
def test_loading_the_models_makes_no_connection(site: Path) -> None:
    program = "from pipeline import Settings, load_speech; print([m.name for m in load_speech(Settings()).models])"
    done = run(program, site=site, without=("HF_HUB_OFFLINE",))
    assert "CONNECTION" not in done.stderr
    assert done.returncode == 0, done.stderr
    assert "whisper-base" in done.stdout
