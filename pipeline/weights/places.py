"""Where weights live. The only part of `weights` that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs

__all__ = ["child_environment", "models_home"]


def models_home(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder fetched weights lie in, one folder a model; it need not exist.

    CALLWITNESS_MODELS, else HF_HOME/callwitness, else `models/weights` of the source checkout this code runs from,
    else the user's cache folder.
    """
    if chosen := environ.get("CALLWITNESS_MODELS"):
        return Path(chosen).expanduser()
    if hub := environ.get("HF_HOME"):
        return Path(hub).expanduser() / "callwitness"
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").is_file() and (checkout / "models" / "registry.toml").is_file():
        return checkout / "models" / "weights"
    return Path(platformdirs.user_cache_dir("callwitness")) / "models"


def child_environment(scratch: Path) -> dict[str, str]:
    """The environment for pip: the user's own (mirrors, proxies), with temporary files in `scratch`."""
    return {**os.environ, "TMPDIR": str(scratch), "PIP_NO_INPUT": "1"}
