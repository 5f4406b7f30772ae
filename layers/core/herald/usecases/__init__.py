"""One module per step of the way through the house. Ports are passed in."""
