"""Alembic: the tables of the store. Projection tables are made by code, not here."""
