"""Rubrics graded by a model: does this draft make that point.

Answers: a grade, or why there is none; may this model judge that one; does it agree with people. May
import: as `evals`.
"""
