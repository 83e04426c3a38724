"""Whether what trains is installed; where it must be (TEAEGG_REQUIRE_TRAIN), its absence ends the run."""

import importlib.util
import os

import pytest

MISSING = [n for n in ("torch", "transformers", "peft") if importlib.util.find_spec(n) is None]

if MISSING and os.environ.get("TEAEGG_REQUIRE_TRAIN"):
    pytest.exit(f"TEAEGG_REQUIRE_TRAIN is set and {', '.join(MISSING)} is not installed.", 1)
