"""Personal data: sealed under keys that are kept apart from the events, and destroyed to forget.

`.wrapping` finds the key that wraps all others, `.keystore` keeps them, `.sealing` seals what a
command brings and opens it again, `.names` finds a known person in free text. See
docs/personal-data.md.
"""
