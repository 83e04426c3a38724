"""One file per family of formats; each turns bytes into a `ParsedDocument`.

Answers: what does a file of this format say, in reading order, and where does each piece stand.
A reader gets bytes that were already recognised (`ingest.formats`) and raises
`UnreadableDocumentError` for everything it cannot read; it never touches the disk or the network.
"""
