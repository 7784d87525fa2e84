"""The fields `fees` and `promotions` of open_plan: what the agreement adds and gives away."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ledger.events import FeeTerm, FeeWhen, Promotion
from ledger.fields import Fields
from ledger.money_fields import MoneyFields, hundredth, percentage
from ledger.refusals import PromotionTwice
from ledger.terms.money import plain
from ledger.terms.refusals import PromotionOfNoDeposit
from ledger.terms.rounding import Rounding, rounded
from ledger.terms.schedule import Deposit, Schedule

MOST_FEE_PERCENT = 1000
MOST_FEES = 20
_PERCENT_OFF_BELOW = 100
_WHEN: tuple[FeeWhen, ...] = ("signature", "spread", "financed")
_KINDS = ("percent_off", "deposit_waived", "first_reduced")


@dataclass(frozen=True, slots=True)
class CostFields:
    """Reads what is added to or taken off a schedule's total; percentages are of the total."""

    schedule: Schedule
    money: MoneyFields
    rounding: Rounding

    def fees(self, fields: Fields) -> tuple[FeeTerm, ...]:
        """Read `fees`, none if it is absent. Raises FieldMissing, FieldUnknown, FieldWrong."""
        if not fields.has("fees") or fields.values["fees"] == []:
            return ()
        nested = fields.objects("fees")
        if len(nested) > MOST_FEES:
            raise fields.wrong("fees", f"are more than {MOST_FEES}")
        return tuple(self._fee(one) for one in nested)

    def _fee(self, fields: Fields) -> FeeTerm:
        if fields.has("percent") == fields.has("amount"):
            raise fields.wrong("amount", "give either amount or percent")
        if fields.has("percent"):
            amount_minor = self._part(percentage(fields, "percent", MOST_FEE_PERCENT))
            if not amount_minor:
                raise fields.wrong("percent", "comes to nothing of this total")
        else:
            amount_minor = self.money.positive(fields, "amount")
        fee = FeeTerm(
            kind=fields.text("kind"),
            amount_minor=amount_minor,
            when=fields.one_of("when", _WHEN, default="signature"),
        )
        fields.done()
        return fee

    def promotions(self, fields: Fields) -> tuple[Promotion, ...]:
        """Read `promotions`, none if it is absent.

        Raises FieldMissing, FieldUnknown, FieldWrong, PromotionTwice, PromotionOfNoDeposit.
        """
        if not fields.has("promotions") or fields.values["promotions"] == []:
            return ()
        promotions = tuple(self._promotion(one) for one in fields.objects("promotions"))
        kinds = [promotion.kind for promotion in promotions]
        for kind in kinds:
            if kinds.count(kind) > 1:
                raise PromotionTwice(kind=kind)
        return promotions

    def _promotion(self, fields: Fields) -> Promotion:
        kind = fields.choice("kind", *_KINDS)
        if kind == "percent_off":
            percent = percentage(fields, "percent", _PERCENT_OFF_BELOW)
            worth_minor, stated = self._part(percent), {"percent": plain(percent)}
            if not worth_minor:
                raise fields.wrong("percent", "comes to nothing of this total")
        elif kind == "first_reduced":
            worth_minor = self.money.positive(fields, "amount")
            stated = {"amount": self.money.text(worth_minor)}
        else:
            worth_minor, stated = self._deposit_minor(), {}
        fields.done()
        return Promotion(kind=kind, amount_minor=worth_minor, stated=stated)

    def _deposit_minor(self) -> int:
        if not isinstance(self.schedule, Deposit):
            raise PromotionOfNoDeposit
        return self.schedule.deposit_minor

    def _part(self, percent: Decimal) -> int:
        return rounded(self.schedule.total_minor * hundredth(percent), self.rounding)
