"""The door for other people's agents: the tools `search`, `ask` and `open` of the Model Context Protocol.

The same workspace and the same visible set as behind every other door. The official SDK is called
from this folder only; it comes with the extra `mcp`.
"""
