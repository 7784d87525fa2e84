"""Closing months: their figures, the checklist, what comes late, and that figures reproduce."""
