"""Events become journal entries: accounts, posting rules and charts. Pure."""
