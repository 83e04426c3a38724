"""The teacher that needs no model: questions from the structure of a document and the form of its sentences.

Answers: what does this passage say so plainly that a rule can ask for it. May import: as `distill`.
"""
