"""Mail in its two forms, with the files that hang on it."""
