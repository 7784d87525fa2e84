"""Read models: folded from events, dropped and rebuilt at will."""
