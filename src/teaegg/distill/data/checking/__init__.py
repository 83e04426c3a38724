"""Whether a question is worth a row: proved by its passage, no copy, nobody's secret, not of the exam.

Answers: is it true, and is it fit to be learned. May import: as `distill`.
"""
