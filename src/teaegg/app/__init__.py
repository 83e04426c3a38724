"""The doors (command line, HTTP API, web page) and the only place where things are put together.

Answers: how does a person or a program reach TeaEgg. A door parses, asks, calls the workspace,
shapes the reply; a rule found here belongs further down.
May import: everything below. `wiring` builds the workspace, all doors use it.
"""
