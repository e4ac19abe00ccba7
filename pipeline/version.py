"""The name and version of this program, as written into evidence."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from pipeline.records import Tool

__all__ = ["tool"]


def tool() -> Tool:
    try:
        return Tool("callwitness", version("callwitness"))
    except PackageNotFoundError:  # run from a source tree that was never installed
        return Tool("callwitness", "0+source")
