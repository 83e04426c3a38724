"""PDF, page anchored: characters to lines, lines to headings and paragraphs, ruled tables to rows."""
