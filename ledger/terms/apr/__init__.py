"""The annual percentage rate of credit, in the two ways that the law knows. Pure arithmetic.

Europe asks for an effective rate over intervals counted backwards (`eu`), the United States for a
nominal rate over unit-periods (`us`). They differ for the same money on the same days, so a figure
is never shown without its method. What both share: days counted back from the later date
(`intervals`) and the search for the rate (`solver`).
"""

from ledger.terms.apr.eu import eu_apr, eu_apr_of, eu_interval
from ledger.terms.apr.flows import rounded_percent
from ledger.terms.apr.unit_periods import (
    STANDARD_INTERVALS,
    UnitPeriod,
    single_payment_period,
    unit_period_of,
    unit_periods,
)
from ledger.terms.apr.us import UnitFlow, stream, us_apr, us_apr_of

__all__ = [
    "STANDARD_INTERVALS",
    "UnitFlow",
    "UnitPeriod",
    "eu_apr",
    "eu_apr_of",
    "eu_interval",
    "rounded_percent",
    "single_payment_period",
    "stream",
    "unit_period_of",
    "unit_periods",
    "us_apr",
    "us_apr_of",
]
