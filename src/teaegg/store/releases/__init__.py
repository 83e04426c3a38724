"""Releases as records: what the gate said, who let which expert answer and why, who stands beside it."""
