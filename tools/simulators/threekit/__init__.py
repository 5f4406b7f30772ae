"""The Threekit platform API as far as public material tells it (docs/vendor/threekit.md)."""
