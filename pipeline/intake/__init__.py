"""Bytes to Recording: which files are recordings, what they hold, and what is known about the call from outside."""

from pipeline.intake.facts import facts_for, read_calls_csv
from pipeline.intake.find import Candidate, Found, Skipped, find_recordings
from pipeline.intake.take import take_in

__all__ = ["Candidate", "Found", "Skipped", "facts_for", "find_recordings", "read_calls_csv", "take_in"]
