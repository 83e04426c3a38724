"""The words everybody shares: values, settings, errors, ids, numerals, terms, clock, text files' forms.

Answers: what is a Passage, a Citation, an Answer, an Actor; what went wrong and what to do next.
May import: the standard library, pydantic and parsers of text. No I/O of any kind happens here.
"""
