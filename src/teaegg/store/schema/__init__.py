"""The tables of the records. Changes go through a migration in `store/migrations`."""

# All of them: tables name each other, and a database is made of the whole.
from teaegg.store.schema import answers, documents, exams, experts, people, releases

__all__ = ["answers", "documents", "exams", "experts", "people", "releases"]
