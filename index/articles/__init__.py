"""Files of the corpus as articles: which files there are, their formats, and their text."""
