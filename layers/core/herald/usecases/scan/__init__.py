"""A scan of the catalogue, step by step: begin, read, export, examine, close. Each step is a message of one queue.

Examining changes nothing but files of its own run, so it may happen twice and side by side. Only closing changes what
is remembered and tells anybody.
"""
