"""Datasets on the command line: the commands, and what they show."""
