"""The data factory: documents become training rows in stages, each a file that people can edit.

Answers: what is there to learn of these documents, is it true, and how is it shown to a model.
May import: as `distill`.
"""
