"""Web pages as a source: which there are, which may be asked for, and how they are fetched."""
