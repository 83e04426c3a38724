"""Passages in LanceDB: the index behind every search, and the layout of its tables."""
