"""Whoever sits an exam: a bare model, one with examples, an answerer with documents, an expert, an endpoint.

Answers: what does this examinee say to that item. May import: as `evals`.
"""
