"""Take a Whisper from the model hub, through faster-whisper's own download."""

from __future__ import annotations

import logging
import os
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.weights.registry import ModelFile, Source
from pipeline.weights.store import sha256_of
from pipeline.weights.wheels import LOOK_EVERY_S, SourceFailed, received


def fetch_from_hub(
    name: str,
    ready: Path,
    partial: Path,
    *,
    progress: Callable[[str, int, int], None],
    source: Source | None = None,
) -> Source:
    """Download into `partial` (the hub's client resumes there) and move the files to `ready`.

    name: a repository or a faster-whisper name. source: what is pinned; None takes what comes, and the Source
    returned says what that was. Raises SourceFailed.
    """
    from faster_whisper import download_model

    arriving = partial / "hub"
    total = sum(file.size for file in source.files) if source else 0
    failures: list[Exception] = []

    def download() -> None:
        try:
            download_model(name, output_dir=str(arriving), revision=source.revision if source else None)
        except Exception as error:  # the client's exceptions change with its version: whatever it raised is its answer
            failures.append(error)

    with _quiet():
        client = threading.Thread(target=download, daemon=True)  # daemon: Ctrl-C need not wait for gigabytes
        client.start()
        while client.is_alive():
            progress(name, received(arriving), total)
            client.join(LOOK_EVERY_S)
    if failures:
        raise SourceFailed(next(iter(str(failures[0]).splitlines()), type(failures[0]).__name__))
    revision = source.revision if source else _commit(arriving)
    files = [path for path in sorted(arriving.iterdir()) if path.is_file()]
    for path in files:
        os.replace(path, ready / path.name)
    if source:
        return source
    arrived = tuple(ModelFile(path.name, path.stat().st_size, sha256_of(path)) for path in sorted(ready.iterdir()))
    if "model.bin" not in [file.name for file in arrived]:
        raise SourceFailed(f"{name} holds no model.bin: not a model that faster-whisper can load")
    return Source("hub", revision, arrived, repo=name)


def _commit(arriving: Path) -> str:
    """The commit that was fetched, from the note the hub's client leaves beside a file; "" if it left none."""
    note = arriving / ".cache" / "huggingface" / "download" / "model.bin.metadata"
    return note.read_text(encoding="utf-8").split("\n", 1)[0].strip() if note.is_file() else ""


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the client's retries and deprecations off the terminal: what matters is in the error raised."""
    logger = logging.getLogger("huggingface_hub")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
