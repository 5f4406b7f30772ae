"""The words of templates checked: each in every language, with the same placeholders, and said by somebody."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from herald.adapters.template_bundle import SHARED, TemplateBundle
from herald.adapters.template_texts import PLACEHOLDER
from herald_cli.findings import Finding, did_you_mean
from herald_cli.template_folder import TEMPLATES, WORDS, TemplateFiles
from herald_cli.yaml_reader import Document

Path = tuple[str, ...]
FORMS = frozenset({"zero", "one", "two", "few", "many", "other"})
"""The plural forms of CLDR."""
COUNT = "n"


def leaves(words: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield each text with its path; the forms of a plural are one leaf, since languages have different ones."""
    for key, value in words.items():
        if isinstance(value, Mapping) and not is_plural(value):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


def is_plural(value: Any) -> bool:
    """Tell whether a mapping holds the forms of one text."""
    return isinstance(value, Mapping) and "other" in value and value.keys() <= FORMS


def found(words: Mapping[str, Any], path: Path) -> Any:
    """Return what stands at a path; ``None`` if there is nothing."""
    value: Any = words
    for key in path:
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    return value


def word_findings(files: TemplateFiles, bundle: TemplateBundle, default_locale: str) -> Iterator[Finding]:
    """Yield what the words of a language lack beside those of the default language, and what they have beyond them."""
    for of, document in files.documents.items():
        owner, _, folder = of.partition("/")
        if folder == default_locale:
            yield from _forms(document)
            continue
        theirs, ours = bundle.words(owner, folder), bundle.words(owner, default_locale)
        for path, text in leaves(files.words.get(f"{owner}/{default_locale}", {})):
            if found(theirs, path) is None:
                message = f"`{'.'.join(path)}` is not translated: {default_locale} says {_quoted(text)}"
                yield document.finding(path, "missing-translation", message, f"add {path[-1]}")
        yield from _forms(document)
        yield from _beyond(document, files.words[of], ours, default_locale)
    yield from _languages(files, bundle, default_locale)


def unsaid(files: TemplateFiles, owner: str, locale: str, said: frozenset[Path]) -> Iterator[Finding]:
    """Warn of words that no template says. ``said`` are the paths that are; whoever says one, says all under it."""
    document = files.documents.get(f"{owner}/{locale}")
    for path, _ in leaves(files.words.get(f"{owner}/{locale}", {})) if document else ():
        if document and not any(path[:length] in said for length in range(len(path) + 1)):
            message = f"no template says `{'.'.join(path)}`"
            yield replace(document.finding(path, "unsaid-word", message, "remove it in every language"), warning=True)


def _beyond(document: Document, words: Mapping[str, Any], ours: Mapping[str, Any], locale: str) -> Iterator[Finding]:
    for path, text in leaves(words):
        same = found(ours, path)
        if same is None:
            known = [key for key, _ in (found(ours, path[:-1]) or {}).items()]
            message = f"`{'.'.join(path)}` is no word of {locale}, so no template says it"
            yield document.finding(path, "unknown-word", message, did_you_mean(path[-1], known))
        elif _placeholders(text) != _placeholders(same):
            wanted = ", ".join(f"{{{name}}}" for name in sorted(_placeholders(same))) or "none"
            message = f"`{'.'.join(path)}` has other placeholders than in {locale}, which are: {wanted}"
            yield document.finding(path, "other-placeholders", message, "write the same ones")


def _forms(document: Document) -> Iterator[Finding]:
    def inside(value: Any, path: Path) -> Iterator[Finding]:
        if not isinstance(value, Mapping):
            return
        if value.keys() <= FORMS and "other" not in value and value:
            message = f"`{'.'.join(path)}` has forms for counts, and none that serves all others"
            yield document.finding(path, "no-other", message, "add other")
        for key, item in value.items():
            yield from inside(item, (*path, key))

    yield from inside(document.value or {}, ())


def _languages(files: TemplateFiles, bundle: TemplateBundle, default_locale: str) -> Iterator[Finding]:
    """Yield languages that shared words are not in, and warn of templates that are not in a language of theirs."""
    shared = bundle.languages(SHARED)
    if not shared:
        return
    for template in bundle.names():
        for folder in bundle.languages(template):
            if f"{template}/{folder}" in files.words and not bundle.words(SHARED, folder):
                message = f"the words that templates share are not there in `{folder}`"
                fix = f"add {TEMPLATES}/{SHARED}/{folder}/{WORDS}"
                yield Finding(f"{TEMPLATES}/{template}/{folder}/{WORDS}", 1, 1, "missing-language", message, fix)
        for folder in shared:
            if folder not in bundle.languages(template) and "-" not in folder:
                message = f"`{template}` is not there in `{folder}`, and goes out in {default_locale}"
                fix = f"add {TEMPLATES}/{template}/{folder}/{WORDS}"
                yield Finding(f"{TEMPLATES}/{template}", 1, 1, "missing-language", message, fix, warning=True)


def _placeholders(text: Any) -> frozenset[str]:
    texts = text.values() if isinstance(text, Mapping) else [text]
    return frozenset(name for one in texts for name in PLACEHOLDER.findall(one)) - {COUNT}


def _quoted(text: Any) -> str:
    words = str(text["other"] if isinstance(text, Mapping) else text)
    return f'"{words if len(words) <= 60 else words[:59] + "…"}"'
