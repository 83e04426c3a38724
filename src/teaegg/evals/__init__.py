"""Exams: how good is an answer, and is one examinee really better than another.

Answers: right or wrong, how nearly right, whether a difference may be chance, and what the gate demands.
May import: core and the floors 2 to 4. Never serving: exams go through the door of the users.
"""
