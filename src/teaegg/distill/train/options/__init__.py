"""Exams without generating, in the engine that trains: several times faster than the one that serves.

Answers: how likely is each option behind a question. May import: as `distill.train`.
"""
