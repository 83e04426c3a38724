"""Sittings in the forms of other tools.

Answers: how does a sitting look to Inspect, or as one line of JSON to an item. May import: as `evals`.
"""
