"""Conversations: a follow-up question is understood from the turns before it.

Answers: what does the asker mean now, given what was said; who answers.
May import: core and the floors 2 to 4. Never evals: exams come in through the same door as users.
"""
