"""A made-up parts catalogue and questions about it whose right rows are known: see `bench.catalogue`."""
