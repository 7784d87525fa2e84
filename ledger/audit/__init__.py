"""Proving that history was not changed: one Merkle tree over all events, signed from outside.

A seal is a tree over the log's first events with a signed root (a checkpoint note). Whoever keeps a
published note can tell any later change of what it covers, even by one who owns the database.
"""
