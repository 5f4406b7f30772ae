"""Languages by BCP 47, and which one serves where there are no words in the one that is wanted."""


def fallback_chain(locale: str, default_locale: str) -> list[str]:
    """Return the languages to look for, best first: de-AT gives de-at, de, then the default and its language."""
    chain: list[str] = []
    for wanted in (locale, default_locale):
        tags = normal(wanted).split("-")
        chain.extend("-".join(tags[:length]) for length in range(len(tags), 0, -1))
    return list(dict.fromkeys(chain))


def normal(locale: str) -> str:
    """Return a locale as all spellings of it are compared."""
    return locale.strip().replace("_", "-").casefold()
