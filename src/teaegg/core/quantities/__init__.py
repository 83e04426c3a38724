"""Physical quantities: what a cell of a table or a question says in numbers, units and ranges.

`units` knows the units, `reading` reads quantities out of text, `cells` the facts of a table row,
`tokens` turns values and ranges into terms that an index can look up. All pure.
"""
