"""The JSON Schema of evidence.json, made from the records so that the two cannot drift apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.evidence.document import SHARE_KEYS, call_report_type
from pipeline.records import SCHEMA_VERSION

SCHEMA_FILE = Path(__file__).with_name("schema.json")

_SHA256 = "^([0-9a-f]{64})?$"  # empty where no bytes could be read

_ONLY_CORRECTED = {
    "corrections": "What a person changed; only in a corrected file, together with machine.",
    "machine": "What the machine alone had made of the call; only in a corrected file, together with corrections.",
}


def make_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the bytes `to_json` writes. Keys may be added by later versions, so none are barred."""
    schema = call_report_type().json_schema(mode="serialization", by_alias=True)
    definitions: dict[str, dict[str, Any]] = schema.pop("$defs")
    for definition in (schema, *definitions.values()):
        definition.pop("title", None)
        definition["required"] = list(definition["properties"])  # every key is always written, null or empty
        for name, described in definition["properties"].items():
            _narrow(name, described)
    level = definitions["Cue"]
    level["required"].remove("level")
    level["properties"]["level"] = {
        "type": "integer",
        "minimum": 1,
        "maximum": 4,
        "description": "Only with the label refusal; left out elsewhere.",
    }
    for name, meaning in _ONLY_CORRECTED.items():
        schema["required"].remove(name)
        schema["properties"][name]["description"] = meaning
    schema["properties"]["machine"] = {"$ref": "#/$defs/MachineReading", "description": _ONLY_CORRECTED["machine"]}
    schema["properties"]["schema_version"] = {"const": SCHEMA_VERSION}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "callwitness evidence, one call",
        **schema,
        "$defs": definitions,
    }


def _narrow(name: str, described: dict[str, Any]) -> None:
    """Say of one property what its Python type cannot: its range or its form. Edits `described`."""
    described.pop("title", None)
    described.pop("default", None)
    kinds = [described, *described.get("anyOf", [])]
    for kind in kinds:
        if kind.get("type") == "number" and SHARE_KEYS.search(name):
            kind.update(minimum=0, maximum=1)
        if kind.get("type") == "integer" and (name.endswith("_ms") or name == "bytes"):
            kind.update(minimum=0)
        if kind.get("type") == "string" and name == "sha256":
            kind.update(pattern=_SHA256)
