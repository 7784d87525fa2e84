"""Every read model of the program."""

from __future__ import annotations

from projections.agenda import AGENDA
from projections.balances import BALANCES
from projections.functional import FUNCTIONAL
from projections.journal import JOURNAL
from projections.receivables import RECEIVABLES
from projections.tax import TAX

PROJECTIONS = (JOURNAL, BALANCES, RECEIVABLES, AGENDA, TAX, FUNCTIONAL)
