"""How many processor cores there are to share."""

from __future__ import annotations

import os

__all__ = ["cores", "threads_each"]


def cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads_each(jobs: int) -> int:
    """Threads for each of `jobs` workers, so that together they use every core once."""
    return max(1, cores() // max(1, jobs))
