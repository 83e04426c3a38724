"""Small experts from documents: rows to learn from, training, export, lineage, packs.

Answers: what is there to learn; an adapter that learned it; is the exported one the same; which
documents taught it. May import: core and the floors 2 to 5. torch, transformers and peft stay in
`train`, and nothing outside imports its modules that need them but a factory.
"""
