"""Arithmetic of an agreement: money, dates, schedules, allocation, annual rates, limits of law.

Pure; standard library only.
"""
