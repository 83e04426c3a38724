"""Which version of a document is in force: read from titles, dates and closing articles.

`reading` is pure, `standing` asks the index under the visible set, `order` puts evidence in order.
"""
