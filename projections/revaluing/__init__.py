"""Foreign balances at a closing day: what they are carried at, what they are worth, the entry."""
