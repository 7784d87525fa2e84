"""The French file of accounting entries (FEC, LPF A47 A-1): its form, and how it is read."""
