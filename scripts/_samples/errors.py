"""SampleError: the one error a person running make_samples can act on. Its text says what happened and what to do."""

from __future__ import annotations

__all__ = ["SampleError"]


class SampleError(Exception):
    """A script breaks its form, an extra or a voice model is missing, or a file cannot be written."""
