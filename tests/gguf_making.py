"""GGUF files that say what a base is and hold no weights."""

from __future__ import annotations

from pathlib import Path

from gguf import GGUFWriter

GEMMA_WORDS = ["<start_of_turn>", "<end_of_turn>", "<eos>"]
CHATML_WORDS = ["<|im_start|>", "<|im_end|>", "<|endoftext|>"]


def made_base(path: Path, words: list[str], template: str = "", licence: str = "") -> Path:
    """A GGUF file with a vocabulary and a chat template, and no weights."""
    writer = GGUFWriter(path, "llama")
    writer.add_token_list(words)
    if template:
        writer.add_chat_template(template)
    if licence:
        writer.add_license(licence)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return path
