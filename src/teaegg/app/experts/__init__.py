"""From documents to experts, for every door: rows, training, the register of experts, packs."""
