"""Markup for people: HTML as it is seen, Markdown rendered to it, books that are made of it."""
