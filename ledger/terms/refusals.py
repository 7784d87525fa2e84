"""A refusal says which rule was broken, with what, and the way out.

Every broken rule is a class of its own with typed fields; its sentence is for people, its `code`
for programs. This file holds the base and the rules of the arithmetic of terms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


class Refusal(Exception):  # noqa: N818 - an answer to the user, not a fault of ours
    """Base of every refusal. `sentence` is filled with the fields of the instance."""

    sentence: ClassVar[str] = "refused"

    def __str__(self) -> str:
        """Return the sentence with its fields filled in."""
        return self.sentence.format(**vars(self))

    @property
    def code(self) -> str:
        """The name of the broken rule in snake case, stable for programs."""
        return _WORD_START.sub("_", type(self).__name__).lower()


@dataclass(eq=False, kw_only=True)
class AmountNotANumber(Refusal):
    """An amount is a plain decimal string."""

    text: str
    sentence = "{text!r} is not an amount: write plain digits with a point, as in 20.00"


@dataclass(eq=False, kw_only=True)
class TooManyDecimals(Refusal):
    """An amount has no more decimals than its currency."""

    amount: str
    currency: str
    decimals: int
    sentence = "{amount} has more decimals than {currency} has ({decimals})"


@dataclass(eq=False, kw_only=True)
class AmountTooLarge(Refusal):
    """An amount fits the books."""

    amount: str
    sentence = "{amount} is too large: amounts stay below 10^15 minor units"


@dataclass(eq=False, kw_only=True)
class AmountMustBePositive(Refusal):
    """An amount that moves money is above zero."""

    amount: str
    sentence = "{amount} must be above zero: a reduction has a command of its own"


@dataclass(eq=False, kw_only=True)
class IntervalUnknown(Refusal):
    """The interval between instalments is a count and a unit."""

    text: str
    sentence = (
        "{text!r} is not an interval: write a count and day, week, month, quarter or year, "
        "as in '1 month', or 'semi-monthly'"
    )


@dataclass(eq=False, kw_only=True)
class DateOutOfRange(Refusal):
    """A schedule stays within the calendar."""

    sentence = "the schedule runs past the year 9999"


@dataclass(eq=False, kw_only=True)
class HalfYearRateUnknown(Refusal):
    """A rate of law is known for the half-year it is asked for."""

    rate: str
    start: str
    file: str
    sentence = "the {rate} of {start} is not known: add the row 'from = {start}' to {file}"


@dataclass(eq=False, kw_only=True)
class LawNotInForce(Refusal):
    """A rule of law is applied to days on which it was in force."""

    law: str
    day: str
    file: str
    sentence = "no {law} is known for {day}: add the row that was in force then to {file}"


@dataclass(eq=False, kw_only=True)
class RecoveryFeeToConsumer(Refusal):
    """A lump sum for recovery is asked of businesses only."""

    sentence = (
        "a consumer owes no lump sum for recovery (Code de la consommation L312-38): "
        "leave the fee out, or charge an indemnity within the limits of D312-16 and D312-17"
    )


@dataclass(eq=False, kw_only=True)
class HistoryDoesNotAddUp(Refusal):
    """Past sales were paid or were never paid."""

    sold: int
    paid: int
    never_paid: int
    sentence = (
        "sales of {sold} minor units are not the {paid} paid and the {never_paid} never paid: "
        "derive loss rates from one and the same set of sales"
    )


@dataclass(eq=False, kw_only=True)
class WaterfallWrong(Refusal):
    """A policy of allocation is complete and names known words only."""

    field: str
    problem: str
    sentence = "field {field!r} of a policy of allocation: {problem}"


@dataclass(eq=False, kw_only=True)
class AllocationPolicyUnknown(Refusal):
    """A named policy of allocation comes with the package."""

    name: str
    known: str
    sentence = (
        "there is no policy of allocation {name!r}: known are {known}; "
        "or write one out with by, order and surplus"
    )


@dataclass(eq=False, kw_only=True)
class NoInstalment(Refusal):
    """A schedule has at least one instalment."""

    sentence = "a schedule needs at least one instalment"


@dataclass(eq=False, kw_only=True)
class TooManyInstalments(Refusal):
    """A schedule has a bounded length."""

    count: int
    most: int
    sentence = "{count} instalments are more than {most}"


@dataclass(eq=False, kw_only=True)
class InstalmentNotPositive(Refusal):
    """Every instalment asks for money."""

    number: int
    sentence = (
        "instalment {number} would not be above zero: change the total, the growth or the number "
        "of instalments"
    )


@dataclass(eq=False, kw_only=True)
class DepositNotBelowTotal(Refusal):
    """A deposit leaves something to pay in instalments."""

    sentence = "the deposit must be above zero and below the total"


@dataclass(eq=False, kw_only=True)
class InstalmentsOutOfOrder(Refusal):
    """Custom instalments come in the order of their due dates."""

    number: int
    sentence = "instalment {number} is due before the one in front of it: list them by due date"


@dataclass(eq=False, kw_only=True)
class DueBeforeAgreement(Refusal):
    """Nothing is due or billed before it was agreed."""

    number: int
    day: str
    agreed_on: str
    sentence = "instalment {number} is due or billed on {day}, before the agreement of {agreed_on}"


@dataclass(eq=False, kw_only=True)
class TotalDiffers(Refusal):
    """A stated total is the sum of the instalments."""

    stated: str
    computed: str
    sentence = "the stated total {stated} is not the sum of the instalments, {computed}"


@dataclass(eq=False, kw_only=True)
class MonthEndNeedsMonths(Refusal):
    """Only an interval of months has month ends."""

    sentence = "month_end goes with an interval of months, quarters or years: leave it out"


@dataclass(eq=False, kw_only=True)
class TotalDoesNotDivide(Refusal):
    """Without an instalment that absorbs the rest, a total is a multiple too."""

    sentence = (
        "the total is not a multiple of 'multiple', and under the remainder largest_remainder no "
        "instalment absorbs the rest: use remainder last or first, or leave out 'multiple'"
    )


@dataclass(eq=False, kw_only=True)
class MultipleAboveInstalment(Refusal):
    """Instalments are multiples of something smaller than they are."""

    sentence = "'multiple' is above the average instalment: choose a smaller one"


@dataclass(eq=False, kw_only=True)
class LevelAbsorbsLast(Refusal):
    """Level instalments find out only at the end what rounding left."""

    remainder: str
    sentence = (
        "remainder {remainder} does not go with level interest, whose last instalment absorbs what "
        "rounding left: use remainder last, or interest by constant_principal or flat"
    )


@dataclass(eq=False, kw_only=True)
class LevelNeedsProportions(Refusal):
    """Amounts given one by one leave no level to be found."""

    sentence = (
        "instalments given one by one are taken as principal: use interest by constant_principal "
        "or flat, or a schedule of kind weighted"
    )


@dataclass(eq=False, kw_only=True)
class NotAboveNeedsEqual(Refusal):
    """A last instalment not above the level is one of equal instalments."""

    sentence = "final not_above goes with equal instalments: use final amount or interest"


@dataclass(eq=False, kw_only=True)
class InterestStartsBeforeAgreement(Refusal):
    """Interest does not run before the agreement."""

    day: str
    agreed_on: str
    sentence = "interest would start on {day}, before the agreement of {agreed_on}"


@dataclass(eq=False, kw_only=True)
class DepositOffThePeriods(Refusal):
    """A deposit that bears interest has a day count that can date it."""

    sentence = (
        "the deposit is due after interest starts, which the day count period cannot count: "
        "use another day_count"
    )


@dataclass(eq=False, kw_only=True)
class PeriodNeedsInterval(Refusal):
    """A rate or day count by period needs instalments a period apart."""

    sentence = "instalments given one by one are no periods: give annual_rate and another day_count"


@dataclass(eq=False, kw_only=True)
class NegativeAmortisation(Refusal):
    """Every instalment pays at least its own interest and fees."""

    number: int
    sentence = (
        "instalment {number} would not pay its own interest and fees, so that the balance would "
        "grow: change the rate, the growth or the number of instalments"
    )


@dataclass(eq=False, kw_only=True)
class InterestBelowZero(Refusal):
    """Interest that gives way at the end does not give way below zero."""

    number: int
    sentence = (
        "the interest of instalment {number} would be below zero, were its amount kept: "
        "use final amount"
    )


@dataclass(eq=False, kw_only=True)
class PromotionAbovePrice(Refusal):
    """A promotion leaves something to pay in instalments."""

    sentence = "the promotions (and the deposit) leave nothing of the total to pay in instalments"


@dataclass(eq=False, kw_only=True)
class PromotionOfNoDeposit(Refusal):
    """A deposit that is waived was asked for."""

    sentence = "deposit_waived needs a schedule of kind deposit"


@dataclass(eq=False, kw_only=True)
class ReductionAboveInstalment(Refusal):
    """A reduction leaves something of the instalment, and is taken off the price alone."""

    number: int
    sentence = "first_reduced would take more off instalment {number} than it pays of the price"


@dataclass(eq=False, kw_only=True)
class FeeDoesNotSpread(Refusal):
    """A fee that is spread leaves no instalment less than nothing of it."""

    sentence = (
        "the spread fee is too small to be rounded in so many parts: use remainder "
        "largest_remainder, or bill it at signature"
    )


@dataclass(eq=False, kw_only=True)
class LatePolicyUnknown(Refusal):
    """A policy of what paying late costs is one of the packaged ones, or written out."""

    name: str
    known: str
    sentence = "there is no late-payment policy {name!r}: known are {known}; or write one out"
