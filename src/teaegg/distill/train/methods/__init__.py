"""What is learned from a row: one module a family of methods, one interface for all of them.

Answers: the loss of a micro-batch. May import: as `train`.
"""
