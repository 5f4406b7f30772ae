"""The data a Threekit simulator starts with: Alder & Finch, a furniture manufacturer that does not exist."""
