"""Explaining figures: why a report says another thing elsewhere, and what stands behind a sum."""
