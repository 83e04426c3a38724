"""Measurements. Every figure in docs/bench.md comes from one of these commands, run on this code."""
