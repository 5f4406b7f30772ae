"""The catalogue as a scan sees it: items and their surroundings, checks, findings, issues, readiness, releases."""
