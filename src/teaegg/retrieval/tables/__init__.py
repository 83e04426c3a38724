"""Look-up in tables: which rows are what the question describes, by number, measure or use.

Nothing here knows a catalogue: what can be asked for is read from the rows that the asker may see.
`demands` reads the question, `matching` compares a row with it, `lookup` asks the index.
"""
