"""Files of the corpus as articles: which there are, what kind each is, and the text in it."""
