"""The settings and facts a call was examined with, out of its own evidence."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from pipeline.config import change
from pipeline.errors import EvidenceError, SettingsError
from pipeline.intake.facts import CSV_SOURCE
from pipeline.records import Recording
from pipeline.settings import Settings


def stored_settings(plain: Mapping[str, Any]) -> tuple[Settings, tuple[str, ...]]:
    """The settings that an evidence file holds, and what about them this version sees differently.

    A setting the file lacks (an older version wrote it) has today's default; one this version does not know is left
    out; both are named. Raises EvidenceError for a value of the wrong kind.
    """
    settings = Settings()
    remarks: list[str] = []
    known = {field.name: getattr(settings, field.name) for field in dataclasses.fields(settings)}
    remarks += [f"{group} is not known to this version" for group in sorted(set(plain) - set(known))]
    for group, default in known.items():
        names = {field.name for field in dataclasses.fields(default)}
        values = plain.get(group)
        given = values if isinstance(values, Mapping) else {}
        remarks += [f"{group}.{name} is not known to this version" for name in sorted(set(given) - names)]
        remarks += [f"{group}.{name} is today's default" for name in sorted(names - set(given))]
        try:
            settings = change(settings, group, {name: value for name, value in given.items() if name in names})
        except SettingsError as error:
            raise EvidenceError(
                f"evidence: settings: {error.message}", tip="Scan the recording again to write its evidence anew."
            ) from error
    return settings, tuple(remarks)


def stored_facts(recording: Recording) -> dict[str, str]:
    """What a person stated of this call when it was scanned: its row of calls.csv."""
    return {fact.name: fact.value for fact in recording.facts if fact.source == CSV_SOURCE}
