"""What a question means, by rules a person can check: codes, titles, articles, spelling, parts.

Everything here is pure save `code_lookup` and `spelling`, which ask the index under a visible set.
`retrieval.query` puts the readings together; nothing here imports it.
"""
