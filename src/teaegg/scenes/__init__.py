"""Scenes: use cases as reviewable text, and the whole journey from one to its expert.

Answers: what does this scene file say, and where is it wrong. May import: all floors below.
"""
