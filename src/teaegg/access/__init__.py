"""Who may, and why: accounts, groups, grants, keys, and the visible set of every actor.

Answers: who is this; which documents may they know of; why, or why not. Default deny.
May import: core, store, models. Never guard: the two share a floor.
"""
