"""LangChain's pieces, also for the systems that bring no splitter or none that knows Chinese."""

from __future__ import annotations

from langchain_core.documents import Document
from langchain_text_splitters import RecursiveCharacterTextSplitter

from bench.retrieval.metrics import Returned
from bench.retrieval.sets import RetrievalSet


def split_documents(data: RetrievalSet) -> list[Document]:
    """The splitter and sizes of LangChain's tutorial on question answering over documents."""
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=1000, chunk_overlap=200, add_start_index=True
    )
    documents = [
        Document(page_content=text.text, metadata={"document": text.id, "source": text.name})
        for text in data.documents
    ]
    return splitter.split_documents(documents)


def split(data: RetrievalSet) -> list[Returned]:
    found = split_documents(data)
    return [Returned(one.metadata["document"], one.page_content) for one in found]
