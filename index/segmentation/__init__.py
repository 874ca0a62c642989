"""Text into blocks, sentences, passages and search terms, with exact offsets."""
