"""The event store: `PERSISTENCE_MODULE=ledger.store` for the `eventsourcing` library."""

from ledger.store.recorder import StoreFactory

__all__ = ["StoreFactory"]
