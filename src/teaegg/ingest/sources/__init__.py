"""Where documents come from: folders, web pages, object stores, mailboxes and databases. All read-only."""
