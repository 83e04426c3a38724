"""Exams as records: their versions, who reviewed items, who sat them, what was said and how it was graded."""
