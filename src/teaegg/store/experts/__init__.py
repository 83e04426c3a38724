"""Experts on record: what taught them, what became of them, and where their files lie."""
