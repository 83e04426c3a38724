"""What may come in, go out, and be believed: deterministic checks, models only add suspicion.

Answers: does this quote stand in its source; do the figures of this sentence occur in what it cites;
is this text an instruction in disguise.
May import: core, store, models. Never access: the two share a floor.
"""
