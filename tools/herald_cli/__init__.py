"""The operator's command: ``herald``."""
