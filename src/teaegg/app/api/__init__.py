"""The HTTP door: JSON routes, the OpenAI-compatible routes and the web page, over one workspace.

A route parses, asks who it is, calls the workspace and shapes the reply.
"""
