"""The files of an index: generations, catalog, vectors, BM25, and what the index was built from."""
