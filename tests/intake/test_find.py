"""Which files are taken for recordings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sounds import encode, talk, write_wav

from pipeline.errors import UsageError
from pipeline.intake import Candidate, Skipped, find_recordings


def names(found) -> list[str]:
    return [candidate.name for candidate in found.recordings]


def test_content_decides_and_not_the_extension(tmp_path: Path) -> None:
    write_wav(tmp_path / "sound.txt", talk(0.5))
    encode(tmp_path / "no_extension", "libmp3lame", talk(1.0), container="mp3")
    (tmp_path / "calls.csv").write_text("file,direction\nsound.txt,to_user\n")
    (tmp_path / "notes.md").write_bytes("通话记录".encode("gbk"))
    (tmp_path / "gold.json").write_text("{}")
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.7\n\x00\x01")
    (tmp_path / "photo").write_bytes(b"\xff\xd8\xff\xe0" + bytes(50))
    (tmp_path / "old.zip").write_bytes(b"PK\x03\x04" + bytes(50))
    (tmp_path / "bytes.bin").write_bytes(bytes(range(256)) * 20)
    found = find_recordings([tmp_path])
    assert names(found) == ["no_extension", "sound.txt"]
    assert found.skipped == (
        Skipped("bytes.bin", "no sound inside that is known here"),
        Skipped("calls.csv", "a text file"),
        Skipped("gold.json", "a text file"),
        Skipped("notes.md", "a text file"),
        Skipped("old.zip", "a zip archive or an office document"),
        Skipped("photo", "a picture"),
        Skipped("scan.pdf", "a PDF document"),
    )


def test_a_broken_file_that_is_named_or_begins_like_a_recording_stays_in(tmp_path: Path) -> None:
    (tmp_path / "a.m4a").write_bytes(b"")
    (tmp_path / "b.mp3").write_text("<html>not found</html>")
    (tmp_path / "c").write_bytes(b"#!AMR\n")
    (tmp_path / "d.dat").write_bytes(b"\x02#!SILK_V3")
    assert names(find_recordings([tmp_path])) == ["a.m4a", "b.mp3", "c", "d.dat"]


def test_files_come_in_order_with_their_folders(tmp_path: Path) -> None:
    for name in ("b/2.wav", "b/1.wav", "a.wav", "b/c/3.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        write_wav(tmp_path / name, talk(0.1))
    assert names(find_recordings([tmp_path])) == ["a.wav", "b/1.wav", "b/2.wav", "b/c/3.wav"]


def test_the_tools_own_output_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "out" / "call-12345678"
    out.mkdir(parents=True)
    (out / "evidence.json").write_text("{}")
    write_wav(out / "clip.wav", talk(0.1))
    write_wav(tmp_path / "call.wav", talk(0.1))
    found = find_recordings([tmp_path])
    assert names(found) == ["call.wav"]
    assert found.skipped == (Skipped("out/call-12345678", "holds evidence written by callwitness"),)


def test_links_in_a_circle_end_and_no_file_is_taken_twice(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", talk(0.1))
    (tmp_path / "again.wav").symlink_to(tmp_path / "a.wav")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    found = find_recordings([tmp_path, tmp_path / "a.wav", tmp_path])
    assert names(found) == ["a.wav"]


def test_a_dead_link_and_a_pipe_are_skipped_and_never_opened(tmp_path: Path) -> None:
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.wav")
    found = find_recordings([tmp_path])
    assert names(found) == []
    assert [skipped.name for skipped in found.skipped] == ["gone", "pipe.wav"]


def test_a_hidden_folder_is_skipped_unless_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / ".trash").mkdir()
    write_wav(tmp_path / ".trash" / "a.wav", talk(0.1))
    assert names(find_recordings([tmp_path])) == []
    assert names(find_recordings([tmp_path / ".trash"])) == ["a.wav"]


def test_a_file_given_by_itself_goes_by_its_own_name(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", talk(0.1))
    assert find_recordings([path]).recordings == (Candidate(path, "a.wav"),)


def test_equal_names_from_two_folders_are_told_apart(tmp_path: Path) -> None:
    for folder in ("mine", "hers"):
        (tmp_path / folder).mkdir()
        write_wav(tmp_path / folder / "1.wav", talk(0.1))
    assert names(find_recordings([tmp_path / "mine", tmp_path / "hers"])) == ["mine/1.wav", "hers/1.wav"]


def test_a_path_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere: there is no such file"):
        find_recordings([tmp_path / "nowhere"])


@pytest.mark.skipif(os.name == "nt", reason="bytes in names")
def test_a_name_in_gbk_becomes_readable_text(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/" + "录音.wav".encode("gbk")
    try:
        Path(os.fsdecode(raw)).write_bytes(b"RIFF")
    except OSError:
        pytest.skip("this file system takes no such name")
    assert names(find_recordings([tmp_path])) == ["录音.wav"]
