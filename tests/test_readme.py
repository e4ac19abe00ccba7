"""The README holds: its commands and flags exist, its links lead somewhere, its tables name what is there."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "README.zh-CN.md", "samples/README.md")
COMMAND = re.compile(r"callwitness ((?:models|rules) \w+|scan|detect|report)\b([^`\n]*)")


@cache
def help_of(command: str) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *command.split(), "--help"], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, f"no such command: callwitness {command}"
    return run.stdout


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_flag_in_it_exists(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    for command, rest in COMMAND.findall(text):
        known = help_of(command)
        for flag in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", rest):
            assert flag in known, f"{page}: callwitness {command} has no {flag}"


@pytest.mark.parametrize("page", PAGES)
def test_its_links_lead_to_files_of_the_project(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]
    for target in targets:
        assert ((ROOT / page).parent / target).exists(), f"{page}: {target} is not there"


def test_the_two_commands_come_first() -> None:
    blocks = re.findall(r"(?:^    .*\n)+", (ROOT / "README.md").read_text("utf-8"), re.M)
    assert [line.split()[0] for line in blocks[0].splitlines()] == ["./scripts/run", "./scripts/test"]


def test_the_scripts_it_names_can_be_run() -> None:
    for name in ("run", "test", "benchmark", "make_samples"):
        assert (ROOT / "scripts" / name).stat().st_mode & 0o111, f"scripts/{name} cannot be run"
