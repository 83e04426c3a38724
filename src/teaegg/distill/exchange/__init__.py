"""Rows from elsewhere and for elsewhere: a company's own questions and answers, other trainers' files.

Answers: which rows does this file hold, and what is wrong with the others; how does another trainer
want them. May import: as `distill`.
"""
