"""What messages would be told of: one sample of each kind, to render templates with before anybody is written to."""
