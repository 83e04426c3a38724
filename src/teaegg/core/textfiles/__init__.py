"""Text files that people write and review: what does this one say, and where is it wrong?

`reading` turns bytes into plain values, checked against a form; `problems` says what is wrong, with line and
column; `schema` builds the JSON Schemas of the forms. Pure: whoever has the file hands in its bytes.
"""
