"""The pages people decide on: HTML in the reader's language, without a script or anything from outside."""
