"""What may be imported by what: the light parts never load the heavy libraries."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("torch", "torchaudio", "pyannote", "faster_whisper", "ctranslate2", "onnxruntime")


def loaded_by(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter has after a statement."""
    program = f"{statement}\nimport sys\nprint('\\n'.join({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module",
    ["pipeline", "pipeline.cues", "pipeline.obligations", "pipeline.evidence", "pipeline.detect", "pipeline.batch"],
)
def test_a_light_part_imports_without_the_heavy_libraries(module: str) -> None:
    assert not loaded_by(f"import {module}") & set(HEAVY)


def test_importing_the_package_loads_nothing_but_the_standard_library() -> None:
    assert not loaded_by("import pipeline") & {*HEAVY, "spacy", "numpy", "pydantic", "av", "typer", "rich"}


def test_the_command_starts_without_spacy_numpy_or_pydantic() -> None:
    assert not loaded_by("import pipeline.cli") & {*HEAVY, "spacy", "numpy", "pydantic", "av"}
