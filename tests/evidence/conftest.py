"""Reports from tests/builders.py, under the names the evidence tests use."""

from __future__ import annotations

import pytest

from pipeline.records import CallReport
from tests import builders


@pytest.fixture
def chinese() -> CallReport:
    return builders.chinese_report()


@pytest.fixture
def english() -> CallReport:
    return builders.english_report()


@pytest.fixture
def hostile() -> CallReport:
    return builders.hostile_report()


@pytest.fixture
def failed() -> CallReport:
    return builders.failed_report()
