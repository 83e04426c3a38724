"""The commands themselves, one file a topic."""
