"""How good is a response: one scorer to a form of items, pure where no judge is needed.

Answers: a score from 0 to 1 with its parts and its reason. May import: as `evals`.
"""
