"""Provisions: what is expected to be lost, what is held for it, and the movement between them."""
