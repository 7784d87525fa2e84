"""The journal in the languages of other programs."""
