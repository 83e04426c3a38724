"""How words are spelled: full-width and traditional forms folded, and how far two spellings are apart."""
