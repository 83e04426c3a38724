"""llama.cpp in this process, through xllamacpp: the one place that calls it.

Answers: text and choices from a GGUF file, with adapters beside it. May import: core, and this floor's
contracts. Who owns a model (`models.local`, `models.adapters`) holds an `Engine`.
"""
