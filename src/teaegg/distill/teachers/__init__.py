"""Who makes questions and answers of a passage: structure alone, the base, or a larger model.

Answers: what can be asked of this passage, and what does it answer. May import: as `distill`.
"""
