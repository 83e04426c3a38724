"""Experts re-made on another base: which, how, and whether what came of it may take their place.

`planning` says what is to be made, `judging` what it is worth beside what it re-makes. Both are pure.
"""
