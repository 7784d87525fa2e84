"""An order of payment as data.

An item is past due, due, or in advance on the day of a payment, and a penalty, a fee, interest or
principal. A policy puts these twelve in an order, says whether the order holds within each
instalment (the oldest first) or across all of them, and where money goes that is due to nothing:

    {"by": "instalment", "surplus": "next", "order": ["past_due penalty", "past_due fee", ...]}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal, get_args

from ledger.terms.refusals import WaterfallWrong

Timing = Literal["past_due", "due", "in_advance"]
Kind = Literal["penalty", "fee", "interest", "principal"]
By = Literal["due", "instalment", "kind"]
Surplus = Literal["next", "last", "reamortise", "credit"]

_FIELDS = ("by", "order", "surplus")
_PLACES: Mapping[str, tuple[Timing, Kind]] = {
    f"{timing} {kind}": (timing, kind) for timing, kind in product(get_args(Timing), get_args(Kind))
}


@dataclass(frozen=True, slots=True)
class Waterfall:
    """An order of payment.

    `by` is "due" (by due day whatever the kind: `order` is empty), "instalment" (the oldest whole
    instalment first, `order` within it) or "kind" (`order` first, instalments within it). `surplus`
    says where money goes once nothing is due: in the same order ("next"), to the latest instalment
    first ("last"), in equal parts to all future ones ("reamortise"), or nowhere ("credit").
    """

    order: tuple[tuple[Timing, Kind], ...]
    by: By
    surplus: Surplus


OLDEST_DUE_FIRST = Waterfall(order=(), by="due", surplus="next")


def read_waterfall(value: Mapping[str, Any]) -> Waterfall:
    """Return the policy that `value` writes down.

    `by` and `surplus` are one of their words each; `order` lists each timing with each kind once,
    and is left out where `by` is "due". Raises WaterfallWrong.
    """
    for name in value:
        if name not in _FIELDS:
            raise WaterfallWrong(field=str(name)[:40], problem=f"known are {', '.join(_FIELDS)}")
    by: By = _word(value, "by", get_args(By))
    surplus: Surplus = _word(value, "surplus", get_args(Surplus))
    return Waterfall(order=_order(value.get("order"), by), by=by, surplus=surplus)


def _word(value: Mapping[str, Any], field: str, words: tuple[Any, ...]) -> Any:
    """Return the word of a field, which is one of a few."""
    for word in words:
        if value.get(field) == word:
            return word
    raise WaterfallWrong(field=field, problem=f"must be one of {', '.join(words)}")


def _order(listed: Any, by: By) -> tuple[tuple[Timing, Kind], ...]:
    """Return the places of an order, each of the twelve once."""
    if by == "due":
        if listed is not None:
            raise WaterfallWrong(field="order", problem="leave it out where by is 'due'")
        return ()
    if not isinstance(listed, list | tuple):
        raise WaterfallWrong(field="order", problem="must list texts such as 'past_due penalty'")
    for place in listed:
        if not isinstance(place, str) or place not in _PLACES:
            problem = f"{str(place)[:40]!r} is not one of {', '.join(_PLACES)}"
            raise WaterfallWrong(field="order", problem=problem)
    for place in _PLACES:
        if listed.count(place) != 1:
            raise WaterfallWrong(field="order", problem=f"must name {place!r} once")
    return tuple(_PLACES[place] for place in listed)
