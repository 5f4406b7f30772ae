"""Composition roots, one module per function: the only place that knows the adapters.

Each module imports what its function needs and nothing else, because every import is paid at each cold start.
"""
