"""Where facts are kept: records (SQL), the search index (passages and vectors), contents (blobs).

Answers: what was learned, granted, asked; which visible passages match.
May import: core. `store` never decides who may see: every search takes the visible set.
"""
