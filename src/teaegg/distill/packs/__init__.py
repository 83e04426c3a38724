"""Packs: an expert as one signed file, from the home that made it to another.

`container` is the form of the file, `manifest` what it says, `signing` and `encryption` who made it
and for whom, `keyring` the keys of a home, `packing` and `opening` the two ways through them.
"""
