"""The OpenText Notifications REST API as far as public material tells it (docs/vendor/opentext.md)."""
