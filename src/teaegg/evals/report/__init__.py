"""Reports of exams for people: who scored what, how sure that is, and every item behind a figure.

Pure: frozen values in, one page of HTML or Markdown out, in Chinese or English.
"""
