"""Where the items of an exam come from, as files: what people write, fill in and publish.

Answers: which items does this file hold, and what is wrong with it; how does an exam look as a file.
May import: as `evals`.
"""
