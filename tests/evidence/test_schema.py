"""The committed JSON Schema is that of the records, and what is written follows it."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema
import pytest

from pipeline.evidence import make_schema, to_json
from pipeline.evidence.document import canonical
from pipeline.evidence.schema import SCHEMA_FILE
from pipeline.records import CallReport


@pytest.fixture
def written(chinese: CallReport) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(to_json(chinese))
    return plain


@pytest.fixture
def schema() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_bytes()))


def test_the_committed_schema_is_what_the_records_give() -> None:
    assert SCHEMA_FILE.read_bytes() == canonical(make_schema())


def test_the_schema_is_itself_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(make_schema())


def test_every_report_written_follows_the_schema(
    chinese: CallReport,
    english: CallReport,
    hostile: CallReport,
    failed: CallReport,
    schema: jsonschema.Draft202012Validator,
) -> None:
    for report in (chinese, english, hostile, failed):
        schema.validate(json.loads(to_json(report)))


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("cues", 0, "label"), "asks_politely"),
        (("cues", 0, "start_ms"), -1),
        (("cues", 0, "start_ms"), 1.5),
        (("cues", 0, "confidence"), 1.01),
        (("cues", 5, "level"), 5),
        (("cues", 0, "level"), None),
        (("recording", "sha256"), "abc"),
        (("verdicts", 0, "reason"), "because"),
        (("schema_version",), "2.0"),
    ],
)
def test_what_breaks_the_contract_breaks_the_schema(
    written: dict[str, Any], schema: jsonschema.Draft202012Validator, where: tuple[Any, ...], value: object
) -> None:
    broken = copy.deepcopy(written)
    place: Any = broken
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    assert not schema.is_valid(broken)


def test_no_key_may_be_left_out_but_the_level(written: dict[str, Any], schema: jsonschema.Draft202012Validator) -> None:
    for key in written:
        assert not schema.is_valid({k: v for k, v in written.items() if k != key}), key
    for key in written["cues"][5]:
        cue = {k: v for k, v in written["cues"][5].items() if k != key}
        assert schema.is_valid({**written, "cues": [cue]}) == (key == "level"), key
