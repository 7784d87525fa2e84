"""What is known of a person, how long it is kept, and how it is forgotten: `acquit subject`."""
