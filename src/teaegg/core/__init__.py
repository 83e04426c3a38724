"""The words everybody shares: values, settings, errors, ids, numerals, terms, clock.

Answers: what is a Passage, a Citation, an Answer, an Actor; what went wrong and what to do next.
May import: the standard library and pydantic. No I/O of any kind happens here.
"""
