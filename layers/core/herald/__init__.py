"""Herald: from Threekit to OpenText Notifications and back."""
