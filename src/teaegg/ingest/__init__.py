"""Source to searchable: read files, find their structure, cut passages, keep the index in step.

Answers: what does this file say and where; what changed since last time; what could not be read and why.
May import: core, store, models, access, guard. Never retrieval: the two share a floor.
"""
