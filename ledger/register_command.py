"""The command `register_customer`: who a customer is.

What it says is never repeated in a refusal.
"""

from __future__ import annotations

from ledger.agreement_commands import Base
from ledger.fields import Fields
from ledger.intentions import Command, RegisterCustomer
from ledger.subjects.names import holds_email

_LONGEST = 500
SERVICE_FIELDS = ("email", "phone", "address", "language", "contact")
LEGAL_FIELDS = ("address", "tax_id")


def read_register_customer(fields: Fields, base: Base) -> Command:
    """Read a name, how to reach the customer, and as whom invoices are made out."""
    service = _texts(fields, *SERVICE_FIELDS)
    if "email" in service and not holds_email(service["email"]):
        raise fields.wrong("email", "is not an e-mail address")
    legal = {}
    if fields.has("invoiced_as"):
        nested = fields.object("invoiced_as")
        legal = _texts(nested, *LEGAL_FIELDS)
        nested.done()
    return RegisterCustomer(**base, customer=fields.text("customer"), service=service, legal=legal)


def _texts(fields: Fields, *optional: str) -> dict[str, str]:
    found = {"name": fields.text("name", _LONGEST)}
    return found | {name: fields.text(name, _LONGEST) for name in optional if fields.has(name)}
