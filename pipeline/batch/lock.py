"""One command at a time writes to an output folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import UsageError

__all__ = ["LOCK_NAME", "only_one"]

LOCK_NAME = ".callwitness.lock"


@contextmanager
def only_one(out: Path) -> Iterator[None]:
    """Hold the output folder's lock; the system lets go of it if this process dies."""
    lock = FileLock(out / LOCK_NAME)
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise UsageError(
            f"{out}: another scan is writing to this folder.", tip="Wait until it is done, or choose another with -o."
        ) from None
    except OSError as error:
        raise UsageError(
            f"{out}: cannot be written ({error.strerror or error}).", tip="Choose another folder with -o."
        ) from error
    try:
        yield
    finally:
        lock.release()
