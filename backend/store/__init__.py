"""All SQL: the database, its schema, and what is written and read. Values in, values out."""
