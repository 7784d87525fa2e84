"""Deliveries out to accounting software, payments in from gateways. Nothing is here yet."""
