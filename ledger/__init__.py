"""What happened, and what it means in money."""
