"""What a command of the command line gets from the front door: the ledger, opened when asked for.

The front door fills it; the rooms' commands import nothing above their own room.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ledger.application import LedgerApplication
    from ledger.store.recorder import StoreRecorder

DEFAULT_LEDGER = "sqlite:///acquit.db"


@dataclass
class Door:
    """The ledger that a command works on. `open_ledger` takes URL and actor.

    `is_named` tells that the user named it, so that it is not the default one.
    """

    open_ledger: Callable[[str, str], Any]
    make_store: Callable[[str], StoreRecorder]
    url: str = DEFAULT_LEDGER
    actor: str = "cli"
    is_named: bool = False
    _opened: Any = field(default=None, init=False)

    @property
    def opened(self) -> Any:
        """The parts of the ledger, wired together; opened once. Raises LedgerNotReadyError."""
        if self._opened is None:
            self._opened = self.open_ledger(self.url, self.actor)
        return self._opened

    @property
    def application(self) -> LedgerApplication:
        """The commands of the ledger."""
        application: LedgerApplication = self.opened.application
        return application

    def close(self) -> None:
        """Give back what was opened."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None
