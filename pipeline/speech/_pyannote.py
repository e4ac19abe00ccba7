"""Import pyannote.audio safely: no telemetry, and on machines whose torchaudio cannot load its extension.

On Linux the registry's torchaudio is linked against CUDA and does not import beside a CPU-only torch; torchcodec
neither. pyannote needs only torchaudio's Python parts and audio in memory, so a small stub stands in for the extension
when, and only when, the real one cannot load.
"""

from __future__ import annotations

import os
import sys
import types
import warnings
from typing import Any


def import_pyannote() -> Any:
    """The `pyannote.audio` module, with telemetry off whatever the environment says."""
    os.environ["PYANNOTE_METRICS_ENABLED"] = "0"
    _make_torchaudio_importable()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torchcodec's notice: audio is handed over in memory
        import pyannote.audio

    return pyannote.audio


def _make_torchaudio_importable() -> None:
    if "torchaudio" in sys.modules:
        return
    try:
        import torchaudio  # noqa: F401
    except OSError:
        for name in [name for name in sys.modules if name.split(".")[0] == "torchaudio"]:
            del sys.modules[name]
        sys.modules["torchaudio._extension"] = _extension_stub()


def _extension_stub() -> types.ModuleType:
    stub: Any = types.ModuleType("torchaudio._extension")
    stub._IS_TORCHAUDIO_EXT_AVAILABLE = False
    stub._IS_ALIGN_AVAILABLE = False
    stub.fail_if_no_align = lambda function: function
    stub._check_cuda_version = lambda: None
    return stub  # type: ignore[no-any-return]
