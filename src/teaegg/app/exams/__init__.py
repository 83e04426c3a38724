"""Exams for every door: kept in versions, reviewed and signed."""
