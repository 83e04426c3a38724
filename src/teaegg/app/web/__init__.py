"""The web page in Chinese and English: templates, styles and small scripts, all served from here.

Nothing is loaded from other servers and no script stands inside of a page.
"""
