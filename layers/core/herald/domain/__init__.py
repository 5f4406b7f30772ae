"""What Herald knows and decides. Pure: no network, no environment, no clock."""
