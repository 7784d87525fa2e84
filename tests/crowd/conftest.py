"""The ledgers of the crash tests serve here, too."""

from tests.crash.conftest import new_real_ledger, new_reference

__all__ = ["new_real_ledger", "new_reference"]
