"""The commands of ``herald``: each reads its options, asks a module beside this package, and prints."""
