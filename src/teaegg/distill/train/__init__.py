"""Training of adapters. Only this folder and `export` know torch, behind `factory`.

Answers: an adapter that learned these rows. May import: as `distill`.
"""
