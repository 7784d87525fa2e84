"""Building the rows of projections anew beside the live ones, comparing both, changing over."""
