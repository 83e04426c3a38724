"""The command line: each command parses, asks the workspace and shows the reply.

Data goes to stdout, remarks to stderr, errors to exit codes (`errors.py`). Modules that load the
engines are imported when a command runs, so that `teaegg --help` answers at once.
"""

from teaegg.app.cli.application import application, main

__all__ = ["application", "main"]
