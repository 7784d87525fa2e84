"""Terms of open_plan that cannot be, each with the rule that it breaks and the sentence said.

The plan is one of 40.00 EUR in two monthly instalments from 2026-01-15, agreed on 2026-01-10.
"""

from __future__ import annotations

from typing import Any

EQUAL: dict[str, Any] = {
    "kind": "equal",
    "total": "40.00",
    "instalments": 2,
    "first_due": "2026-01-15",
    "every": "1 month",
}
DEPOSIT = {**EQUAL, "kind": "deposit", "deposit": "10.00"}
GROWING = {**EQUAL, "kind": "progressive", "instalments": 12, "growth_percent": "60"}
CUSTOM = {"kind": "custom", "instalments": [{"due": "2026-02-10", "amount": "40.00"}]}
TAX = {"code": "FR20", "rate": "20", "category": "S", "due": "receipt"}
INTEREST = {"annual_rate": "12"}


def schedule(**fields: Any) -> dict[str, Any]:
    """Return the schedule with other fields."""
    return {"schedule": {**EQUAL, **fields}}


def interest(**fields: Any) -> dict[str, Any]:
    """Return interest of 12 percent with other fields."""
    return {"interest": {**INTEREST, **fields}}


def fee(**fields: Any) -> dict[str, Any]:
    """Return a handling fee."""
    return {"fees": [{"kind": "handling", **fields}]}


def promotion(*given: dict[str, str]) -> dict[str, Any]:
    """Return promotions."""
    return {"promotions": list(given)}


BY_TERM: list[tuple[str, dict[str, Any], str]] = [
    (
        "FieldWrong",
        schedule(holidays=["2026-01-15"]),
        ("field 'schedule.holidays': goes with business_days following or modified_following"),
    ),
    (
        "FieldWrong",
        schedule(business_days="following", holidays=["2026-01-15", "soon"]),
        "field 'schedule.holidays.1': 'soon' is not a day: write it as in 2026-01-15",
    ),
    (
        "FieldWrong",
        schedule(month_end="yes"),
        "field 'schedule.month_end': must be true or false",
    ),
    (
        "FieldWrong",
        {"schedule": {**EQUAL, "kind": "weighted", "weights": [1, 2, 3]}},
        "field 'schedule.instalments': must be the number of weights, 3",
    ),
    (
        "FieldWrong",
        {"schedule": {**EQUAL, "kind": "weighted", "weights": [1, 0]}},
        "field 'schedule.weights': must be whole numbers from 1 to 1000000000",
    ),
    (
        "FieldWrong",
        {"schedule": {**EQUAL, "kind": "weighted", "weights": [1, 1.0]}},
        "field 'schedule.weights': must be a list of whole numbers",
    ),
    (
        "FieldWrong",
        {"schedule": {**EQUAL, "kind": "weighted", "weights": []}},
        "field 'schedule.weights': must have from 1 to 1200 numbers",
    ),
    (
        "FieldWrong",
        {"schedule": {**GROWING, "growth_percent": "1.0000001"}},
        "field 'schedule.growth_percent': has more than 6 decimals",
    ),
    (
        "FieldWrong",
        {"rounding": "half_down"},
        "field 'rounding': 'half_down' is not one of half_up, half_even, down, up",
    ),
    (
        "FieldWrong",
        {"interest": {"method": "level"}},
        "field 'interest.annual_rate': give either annual_rate or rate_per_period",
    ),
    (
        "FieldWrong",
        interest(rate_per_period="1"),
        "field 'interest.annual_rate': give either annual_rate or rate_per_period",
    ),
    (
        "FieldWrong",
        interest(annual_rate="-1"),
        "field 'interest.annual_rate': -1 is not a percentage from 0 to 10000",
    ),
    (
        "FieldWrong",
        interest(annual_rate="12 %"),
        (
            "field 'interest.annual_rate': '12 %' is not an amount: "
            "write plain digits with a point, as in 20.00"
        ),
    ),
    (
        "FieldWrong",
        {"interest": {"rate_per_period": "1", "day_count": "30/360"}},
        "field 'interest.day_count': goes with annual_rate: a rate_per_period counts periods",
    ),
    (
        "FieldWrong",
        interest(method="flat", final="interest"),
        "field 'interest.final': goes with level interest: others leave nothing at the end",
    ),
    (
        "FieldWrong",
        fee(amount="5.00", percent="2"),
        "field 'fees[0].amount': give either amount or percent",
    ),
    (
        "FieldWrong",
        fee(percent="0.01"),
        "field 'fees[0].percent': comes to nothing of this total",
    ),
    (
        "FieldWrong",
        fee(amount="5.00", when="later"),
        "field 'fees[0].when': 'later' is not one of signature, spread, financed",
    ),
    (
        "FieldMissing",
        {"tax": [{**TAX, "gross": "20.00"}, TAX]},
        "field 'tax[1].gross' is missing",
    ),
    (
        "FeeDoesNotSpread",
        {**schedule(instalments=4), **fee(amount="0.02", when="spread"), "rounding": "up"},
        (
            "the spread fee is too small to be rounded in so many parts: use remainder "
            "largest_remainder, or bill it at signature"
        ),
    ),
    (
        "MonthEndNeedsMonths",
        schedule(every="2 weeks", month_end=True),
        "month_end goes with an interval of months, quarters or years: leave it out",
    ),
    (
        "TotalDoesNotDivide",
        {**schedule(total="40.50", multiple="1.00"), "remainder": "largest_remainder"},
        (
            "the total is not a multiple of 'multiple', and under the remainder largest_remainder "
            "no instalment absorbs the rest: use remainder last or first, or leave out 'multiple'"
        ),
    ),
    (
        "MultipleAboveInstalment",
        schedule(multiple="20.01"),
        "'multiple' is above the average instalment: choose a smaller one",
    ),
    (
        "LevelAbsorbsLast",
        {**interest(), "remainder": "first"},
        (
            "remainder first does not go with level interest, whose last instalment absorbs what "
            "rounding left: use remainder last, or interest by constant_principal or flat"
        ),
    ),
    (
        "LevelNeedsProportions",
        {**interest(), "schedule": CUSTOM},
        (
            "instalments given one by one are taken as principal: use interest by "
            "constant_principal or flat, or a schedule of kind weighted"
        ),
    ),
    (
        "PeriodNeedsInterval",
        {"interest": {"rate_per_period": "1", "method": "flat"}, "schedule": CUSTOM},
        "instalments given one by one are no periods: give annual_rate and another day_count",
    ),
    (
        "NotAboveNeedsEqual",
        {
            **interest(final="not_above"),
            "schedule": {**EQUAL, "kind": "weighted", "weights": [3, 1]},
        },
        "final not_above goes with equal instalments: use final amount or interest",
    ),
    (
        "InterestStartsBeforeAgreement",
        interest(**{"from": "2026-01-09"}),
        "interest would start on 2026-01-09, before the agreement of 2026-01-10",
    ),
    (
        "DepositOffThePeriods",
        {
            **interest(day_count="period"),
            "schedule": {**DEPOSIT, "deposit_due": "2026-01-11"},
        },
        (
            "the deposit is due after interest starts, which the day count period cannot count: "
            "use another day_count"
        ),
    ),
    (
        "NegativeAmortisation",
        {**interest(annual_rate="120"), "schedule": {**GROWING, "first_due": "2026-02-10"}},
        (
            "instalment 1 would not pay its own interest and fees, so that the balance would "
            "grow: change the rate, the growth or the number of instalments"
        ),
    ),
    (
        "InterestBelowZero",
        {
            **interest(annual_rate="0.01", final="interest"),
            **schedule(total="40.01", instalments=3),
            "rounding": "down",
        },
        (
            "the interest of instalment 3 would be below zero, were its amount kept: "
            "use final amount"
        ),
    ),
    (
        "PromotionAbovePrice",
        promotion({"kind": "first_reduced", "amount": "40.00"}),
        "the promotions (and the deposit) leave nothing of the total to pay in instalments",
    ),
    (
        "PromotionAbovePrice",
        {
            "schedule": DEPOSIT,
            **promotion({"kind": "percent_off", "percent": "75"}),
        },
        "the promotions (and the deposit) leave nothing of the total to pay in instalments",
    ),
    (
        "PromotionOfNoDeposit",
        promotion({"kind": "deposit_waived"}),
        "deposit_waived needs a schedule of kind deposit",
    ),
    (
        "PromotionTwice",
        promotion({"kind": "percent_off", "percent": "5"}, {"kind": "percent_off", "percent": "6"}),
        "promotion 'percent_off' is given twice: put both into one",
    ),
    (
        "ReductionAboveInstalment",
        promotion({"kind": "first_reduced", "amount": "20.00"}),
        "first_reduced would take more off instalment 1 than it pays of the price",
    ),
    (
        "RevenueNeeds",
        {"revenue": "over_service"},
        "revenue over_service needs the field 'service'",
    ),
    (
        "RevenueNeeds",
        {"revenue": "at_supply"},
        "revenue at_supply needs the field 'supply_on'",
    ),
    (
        "ServiceEndsBeforeStart",
        {"service": {"from": "2026-02-01", "to": "2026-01-31"}},
        "the service would end on 2026-01-31, before it starts on 2026-02-01",
    ),
    (
        "TaxedPartsDiffer",
        {"tax": [{**TAX, "gross": "30.00"}, {**TAX, "code": "FR5", "gross": "9.99"}]},
        (
            "the parts taxed ('gross') add up to 39.99, not to the 40.00 that are charged for "
            "what was sold"
        ),
    ),
]
