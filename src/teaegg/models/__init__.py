"""How any model is called: chat with or without a grammar, and embeddings. Inference only.

Answers: give me the text, the choice or the vectors, whichever engine stands behind.
May import: core. Each back end is one file; its heavy library is imported inside its own file only,
and `factory` picks it from a closed list.
"""
