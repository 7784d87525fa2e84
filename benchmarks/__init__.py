"""Benchmarks: ours beside a peer and a limit, in one run on the same server. Never part of a test.

`python -m benchmarks NAME [--quick]` prints a table and writes benchmarks/results/NAME.json.
"""
