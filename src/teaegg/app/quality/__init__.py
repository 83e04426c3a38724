"""How good is what people get: what they thought of answers, and what a scene still lacks."""
