"""What an expert will cost and bring, before anything is spent; and afterwards how far off that was.

Answers: how many rows, tokens, hours, bytes and exam items; what a thousand questions cost; which score
to expect. Pure arithmetic but for `survey`, `probe` and `pilots`, which measure. May import: as `distill`.
"""
