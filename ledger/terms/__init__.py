"""Arithmetic of an agreement: money, dates, schedules, allocation. Pure; standard library only."""
