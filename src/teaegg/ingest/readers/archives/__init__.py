"""Archives: one document, with every file of the archive under its own name."""
