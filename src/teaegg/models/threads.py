"""How the native engines share a small machine."""

from __future__ import annotations

import os


def let_waiting_threads_sleep() -> None:
    """Make OpenMP threads sleep while they wait; call before an engine's library is loaded.

    By default they spin, and two engines on two cores then starve each other: with another busy
    process beside it one constrained choice took 17 s spinning and 0.6 s sleeping (docs/lab-log.md).
    A policy set by whoever runs the process is left as it is.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
