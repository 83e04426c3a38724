"""The retrieval bench: public sets, exact measures, TeaEgg beside peers with the same embedder."""
