"""The gate: may this candidate take the place of what is in use now?

A pure function of the candidate's scored items, the policy and the baseline's → verdict with reasons.
`policy` says what is demanded, `pairing` what is compared, `judging` decides, `reasons` puts it in words.
"""
