"""Many experts for many people at once: whose turn it is, and where the experts run.

Answers: a chat model for an expert by name, on this machine or behind vLLM. May import: as `serving`.
"""
