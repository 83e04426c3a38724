"""Which evidence comes first: fusion of the searches, exact references, and rerankers."""
