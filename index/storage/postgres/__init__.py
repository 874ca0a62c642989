"""The library in PostgreSQL with pgvector: schema, connections, catalog, search and publishing."""
