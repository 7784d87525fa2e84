"""The archive: the log's events in Parquet files, as they are stored, with the tree's roots.

`layout` says what a file holds, `manifest` which files there are; `writing` makes them, `archive`
keeps them up with a ledger, `reader` gives the events back, `verifying` reads all of it again.
"""
