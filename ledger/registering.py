"""Registering a customer: the data come sealed, and not for one who was shredded."""

from __future__ import annotations

from ledger.customer import Customer
from ledger.draft import Draft
from ledger.events import CustomerRegistered, customer_stream
from ledger.intentions import RegisterCustomer
from ledger.refusals import CustomerWasShredded


def register_customer(command: RegisterCustomer, draft: Draft) -> None:
    """Record who a customer is. Raises CustomerWasShredded."""
    stream = customer_stream(command.customer)
    known = draft.find(stream, Customer)
    if command.keys_are_gone or (known is not None and known.requested):
        raise CustomerWasShredded(customer=command.customer)
    fact = CustomerRegistered(
        customer=command.customer, service=dict(command.service), legal=dict(command.legal)
    )
    draft.record(stream, command.on, fact)
