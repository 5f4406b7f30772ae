"""Approvals: a question to people with steps, quorum and deadline, bound to a fingerprint of what is approved."""
