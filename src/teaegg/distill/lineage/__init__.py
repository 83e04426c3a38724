"""Lineage: what was made of a document is found again, taken back when it is forgotten, and made anew."""
