"""On which line of a TOML file a rule's key stands; `tomllib` does not say."""

from __future__ import annotations

import re

__all__ = ["KeyLines"]

_HEADER = re.compile(r"^\s*\[(\[?)\s*([\w.\"-]+)\s*\]?\]\s*(#.*)?$")
_KEY = re.compile(r"^\s*([\w\"-]+(?:\.[\w\"-]+)*)\s*=")


class KeyLines:
    """Lines (from 1) of the keys of a pack file: rule number (None for the file's own keys) and dotted key."""

    def __init__(self, text: str) -> None:
        self._lines: dict[tuple[int | None, str], int] = {}
        rule: int | None = None
        prefix = ""
        for number, line in enumerate(text.splitlines(), start=1):
            if header := _HEADER.match(line):
                name = header.group(2)
                if header.group(1) and name == "rule":
                    rule, prefix = (-1 if rule is None else rule) + 1, ""
                    self._lines[rule, ""] = number
                elif name.startswith("rule."):
                    prefix = name.removeprefix("rule.") + "."
                else:
                    prefix = name + "."
                    self._lines.setdefault((None, name), number)
            elif key := _KEY.match(line):
                owner = None if self._outside(prefix) else rule
                self._lines.setdefault((owner, prefix + key.group(1).replace('"', "")), number)

    def of(self, rule: int | None, key: str = "") -> int:
        """The line of a key, else of the first key inside it, else of what holds it; 1 where nothing does."""
        while True:
            if (found := self._lines.get((rule, key))) is not None:
                return found
            inside = [n for (r, k), n in self._lines.items() if r == rule and key and k.startswith(f"{key}.")]
            if inside:
                return min(inside)
            if not key:
                return 1
            key = key.rpartition(".")[0]

    @staticmethod
    def _outside(prefix: str) -> bool:
        return prefix.startswith(("needs.", "left_out.", "title."))
