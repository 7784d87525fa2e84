"""A year of sales in instalments, made up from a seed: a command file for demos and benchmarks.

Nobody in it exists. `commands` streams it in the order of recording, with the misfortunes that a
ledger has to stand: late, short, early, double and bounced payments, fees, waivers, write-offs.
"""

from ledger.simulation.year import commands

__all__ = ["commands"]
