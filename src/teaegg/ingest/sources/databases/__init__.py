"""Rows of a database as a source: what may be asked, and how it is asked without changing anything."""
