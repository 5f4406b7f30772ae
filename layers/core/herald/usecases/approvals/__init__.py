"""Approvals: who is asked, what is said, what becomes of it."""
