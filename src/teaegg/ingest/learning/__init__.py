"""Collections kept in step with their sources.

Answers: what became of each file of a source, and is nothing lost or written twice by a kill?
"""
