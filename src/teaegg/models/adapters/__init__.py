"""Many adapters on one base in memory, chosen per request.

Answers: a chat model per adapter that speaks as if it were alone. May import: core and this floor.
"""
