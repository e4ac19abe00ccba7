"""Folder names and atomic writes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evidence import call_folder, folder_names
from pipeline.evidence.files import write_atomically
from pipeline.records import CallReport
from tests.builders import sha


def test_a_folder_is_named_by_the_stem_and_the_first_8_of_the_hash(chinese: CallReport) -> None:
    assert call_folder(chinese) == f"通话录音@10086(10086)_20240501123000-{sha('zh')[:8]}"


@given(st.text(max_size=300), st.sampled_from(["", sha("a")]))
def test_any_file_name_gives_a_folder_name_safe_on_every_system(file: str, sha256: str) -> None:
    (name,) = folder_names([(file, sha256)])
    assert not set(name) & set('<>:"/\\|?*\0\r\n')
    assert name not in (".", "..") and not name.startswith((".", " ")) and not name.endswith((".", " "))
    assert len(name.encode()) < 200
    assert len(name.rsplit("-", 1)[1]) == 8


def test_one_stem_in_two_folders_does_not_clash() -> None:
    a, b = folder_names([("a/call.wav", sha("a")), ("b/call.wav", sha("b"))])
    assert a != b


def test_copies_of_the_same_bytes_get_numbers_by_file_name_whatever_the_order() -> None:
    files = [("b/call.wav", sha("x")), ("a/call.wav", sha("x")), ("c/CALL.wav", sha("x"))]
    plain = f"call-{sha('x')[:8]}"
    assert folder_names(files) == (f"{plain}-2", plain, f"CALL-{sha('x')[:8]}-3")
    assert folder_names(files[::-1]) == folder_names(files)[::-1]


def test_files_that_could_not_be_hashed_do_not_clash_either() -> None:
    a, b = folder_names([("a/call.wav", ""), ("b/call.wav", "")])
    assert a != b
    assert a.startswith("call-x")


def test_a_direction_override_does_not_reach_a_folder_name() -> None:
    (name,) = folder_names([("call\u202e3pm.exe.wav", sha("x"))])
    assert name.startswith("call3pm.exe-")


def test_a_write_that_fails_leaves_the_old_file_and_no_scrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_atomically(tmp_path / "index.csv", b"old")

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["index.csv"]
