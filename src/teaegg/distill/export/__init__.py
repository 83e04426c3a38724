"""A trained adapter leaves the trainer: as GGUF for llama.cpp, merged into one file, or as it is.

Answers: is what is served the same as what was trained. A file that is not the same is refused and
leaves nothing behind. May import: as `distill`; torch only in the module that asks the trainer's model.
"""
