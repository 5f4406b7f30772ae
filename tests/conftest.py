"""What holds for every test."""

from hypothesis import settings

# A slow machine is no failure, so no property has a deadline.
settings.register_profile("herald", deadline=None)
settings.load_profile("herald")
