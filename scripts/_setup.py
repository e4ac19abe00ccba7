"""Make .venv in the checkout and fetch the default model. Standard library only: it runs before anything is installed.

`--is-current` only asks: exit 0 when there is nothing to do, 1 otherwise. Nothing is downloaded, pip is not called.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "callwitness-setup"
MODEL = "whisper-base"
EXTRAS = "test"


def wanted_stamp() -> str:
    """Changes when the project's requirements or the checkout's own place change."""
    digest = hashlib.sha256(str(ROOT).encode())
    for name in ("pyproject.toml", "constraints.txt", "scripts/_setup.py"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def is_installed() -> bool:
    return STAMP.is_file() and STAMP.read_text() == wanted_stamp() and os.access(PYTHON, os.X_OK)


def has_model() -> bool:
    """Ask the installed package itself: it knows where weights live and whether they are whole."""
    code = f"from pipeline.weights import find; from pipeline.errors import ModelError\ntry: find({MODEL!r})\n"
    code += "except ModelError: raise SystemExit(1)"
    return subprocess.run([PYTHON, "-c", code], cwd=ROOT, check=False).returncode == 0


def is_at_home() -> bool:
    """A .venv made at this very place can be updated; one that was copied here points elsewhere."""
    config = VENV / "callwitness-root"
    return config.is_file() and config.read_text() == str(ROOT) and os.access(PYTHON, os.X_OK)


def install() -> None:
    say("Setting up .venv: speech recognition with all it needs; a few minutes, once.")
    if not is_at_home():
        venv.create(VENV, clear=True, with_pip=True, symlinks=True)
        (VENV / "callwitness-root").write_text(str(ROOT))
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--constraint", ROOT / "constraints.txt"]
    if not sys.stderr.isatty():
        command += ["--quiet", "--progress-bar", "off"]
    # modules are compiled when first imported: compiling all of them here takes longer than it ever saves
    command += ["--no-compile", "--editable", f"{ROOT}[{EXTRAS}]"]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode != 0:
        raise SystemExit(
            "callwitness could not be installed into .venv: pip's message is above.\n"
            "  Check the connection or pip's mirror, then run the same command again; what was downloaded is kept."
        )
    draft = STAMP.with_suffix(".new")
    draft.write_text(wanted_stamp())
    draft.replace(STAMP)


def fetch_model() -> None:
    command = [VENV / "bin" / "callwitness", "models", "fetch", MODEL]
    if (status := subprocess.run(command, stdout=sys.stderr, check=False).returncode) != 0:
        raise SystemExit(status)


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def main() -> int:
    if "--is-current" in sys.argv[1:]:
        return 0 if is_installed() and has_model() else 1
    with (ROOT / ".venv.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another call is setting up .venv; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_installed():
            install()
        if not has_model():
            fetch_model()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
