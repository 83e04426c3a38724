"""Physical quantities: what a cell of a table or a question says in numbers, units and ranges.

`units` knows the units, `reading` reads quantities out of text, `cells` the facts of a table row,
`tokens` and `terms` turn them into terms of an index, `numerals` reads 六万 and 第一百二十条. All pure.
"""
