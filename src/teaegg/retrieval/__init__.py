"""Question to evidence to answer with proof.

Answers: which passages speak to this question; which spans of them answer it; is that enough.
May import: core, store, models, access, guard. Never ingest: the two share a floor.
"""
