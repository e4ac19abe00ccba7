"""The project's own promises: what it depends on, what it ships, how its scripts behave."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SCRIPTS = ["scripts/run", "scripts/test", "scripts/setup", ".ci/run"]


def plain(name: str) -> str:
    """A distribution's name as registries compare it, without versions and markers."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", name.strip())[0]).lower()


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    assert all(len(pair) == 2 for pair in pairs), "constraints are exact pins and nothing else"
    return {plain(name): version for name, version in pairs}


def texts() -> list[Path]:
    """Every text file that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    kinds = {".py", ".toml", ".md", ".txt", ".json", ".html", ".css", ".js", ".cfg", ".csv", ""}
    paths = [ROOT / name for name in listed.stdout.splitlines()]
    return [path for path in paths if path.suffix in kinds and path.is_file()]


def test_every_library_the_package_imports_is_declared() -> None:
    declared = {plain(name) for name in PROJECT["dependencies"]}
    for extra in PROJECT["optional-dependencies"].values():
        declared |= {plain(name) for name in extra}
    known = packages_distributions()
    undeclared = {}
    for path in sorted((ROOT / "pipeline").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            for name in names:
                top = name.partition(".")[0]
                if top in sys.stdlib_module_names or top == "pipeline":
                    continue
                sellers = {plain(seller) for seller in known.get(top, [top])}
                if not sellers & declared:
                    undeclared[f"{path.relative_to(ROOT)}: {name}"] = sellers
    assert undeclared == {}


def test_every_declared_dependency_is_pinned_within_its_range() -> None:
    from packaging.requirements import Requirement

    wanted = list(PROJECT["dependencies"])
    for extra in PROJECT["optional-dependencies"].values():
        wanted += [line for line in extra if not line.startswith("callwitness")]
    pinned = pins()
    for line in wanted:
        requirement = Requirement(line)
        assert requirement.specifier.contains(pinned[plain(requirement.name)]), line


def test_torch_is_the_version_a_cpu_build_lies_at_hand_for() -> None:
    assert pins()["torch"] == "2.13.0"


def test_no_file_names_a_registry_host_or_a_place_on_somebodys_machine() -> None:
    hosts = [
        "pypi" + ".org",
        "python" + "hosted.org",
        "download.pytorch" + ".org",
        "registry.npmjs" + ".org",
        "/opt/" + "pypi",
    ]
    places = ["/wo" + "rk/", "/tm" + "p/w"]
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in texts()
        for word in hosts + places
        if word in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert not found


@pytest.mark.parametrize("name", ["constraints.txt", "models/registry.toml"])
def test_pins_name_no_address(name: str) -> None:
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_what_models_holds_is_packed_and_nothing_that_was_fetched() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    packed = {name for name in wheel["only-include"] if name.startswith("models/")}
    assert packed == {f"models/{path.name}" for path in (ROOT / "models").iterdir() if path.is_file()}
    assert wheel["sources"] == {"models": "pipeline/_models"}
    assert "models/weights/" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_weights_in_the_repository_have_their_notice() -> None:
    notice = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    for path in (ROOT / "models").iterdir():
        if path.suffix in {".bin", ".onnx"}:
            assert f"`models/{path.name}`" in notice
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_importing_the_package_and_its_weights_does_not_import_torch() -> None:
    code = "import sys, pipeline, pipeline.weights\n"
    code += "raise SystemExit('torch' in sys.modules or 'faster_whisper' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_executable_and_sound_bash(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)
    checked = subprocess.run(["bash", "-n", ROOT / name], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the scripts and what they read, in a folder with a space in its name."""
    copy = tmp_path / "a checkout"
    (copy / "scripts").mkdir(parents=True)
    for name in ("scripts/run", "scripts/setup", "scripts/_setup.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, copy / name)
    return copy


@pytest.mark.parametrize(("scan_exits", "run_exits"), [(0, 0), (1, 0), (2, 2), (3, 3), (4, 4)])
def test_run_is_scan_with_findings_counted_as_success(checkout: Path, scan_exits: int, run_exits: int) -> None:
    command = checkout / ".venv" / "bin" / "callwitness"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nprintf "[%s]" "$@"\nexit {scan_exits}\n')
    command.chmod(0o755)
    (checkout / "scripts" / "setup").write_text("#!/bin/sh\nexit 0\n")
    ran = subprocess.run(
        [checkout / "scripts" / "run", "my calls", "-o", "out"], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (run_exits, "[scan][my calls][-o][out]")


def test_without_a_python_that_suits_setup_says_what_to_install(checkout: Path) -> None:
    missing = {**os.environ, "CALLWITNESS_PYTHON": "/no/such/python"}
    ran = subprocess.run([checkout / "scripts" / "setup"], env=missing, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "Python 3.11 or newer" in ran.stderr and "/no/such/python" in ran.stderr


def load_setup(checkout: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("_setup", checkout / "scripts" / "_setup.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_setup_installs_again_only_when_requirements_or_the_place_changed(checkout: Path) -> None:
    setup = load_setup(checkout)
    assert not setup.is_installed()
    setup.PYTHON.parent.mkdir(parents=True)
    setup.PYTHON.symlink_to(sys.executable)
    setup.STAMP.write_text(setup.wanted_stamp())
    assert setup.is_installed()

    with (checkout / "constraints.txt").open("a") as constraints:
        constraints.write("one-more==1.0\n")
    assert not setup.is_installed()

    setup.STAMP.write_text(setup.wanted_stamp())
    moved = checkout.with_name("moved")
    shutil.copytree(checkout, moved, symlinks=True)
    assert setup.is_installed() and not load_setup(moved).is_installed()
