"""A person's corrections of a call, and everything that follows from them.

`corrections.toml` lies beside evidence.json. The machine's own reading stays in the evidence; the rest of it, and
the pages, follow from the corrected record.
"""

from __future__ import annotations

from pipeline.corrections.entries import CORRECTIONS_FILE, Corrections, read_corrections
from pipeline.corrections.folder import Corrected, correct_evidence

__all__ = ["CORRECTIONS_FILE", "Corrected", "Corrections", "correct_evidence", "read_corrections"]
