"""``config/templates/`` read: parts, what they share, the words of each language, and samples to try them with."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from herald.adapters.exact_json import loads
from herald.adapters.template_bundle import BODY, FAX, HTML, SHARED, SMS, SUBJECT, TEXT, WHATSAPP
from herald_cli.findings import Finding
from herald_cli.yaml_reader import Document, Keys, read_yaml

TEMPLATES = "templates"
PARTS = frozenset({SUBJECT, TEXT, HTML, SMS, WHATSAPP, FAX})
WORDS, SAMPLE = "words.yaml", "sample.json"
SHARED_FILE = re.compile(r"[a-z][a-z0-9_-]*\.(html|txt|jinja)")
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
DEEPEST_WORDS = 3


@dataclass(frozen=True, slots=True)
class TemplateFiles:
    """What the folder holds, by key. ``documents`` are the words with their places, by ``<template>/<locale>``."""

    sources: dict[str, str] = field(default_factory=dict)
    words: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    samples: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def read_templates(folder: Path) -> TemplateFiles:
    """Return what ``templates/`` in a configuration folder holds, with what is wrong in its form."""
    files = TemplateFiles()
    root = folder / TEMPLATES
    for file in sorted(root.rglob("*")):
        key = file.relative_to(root).as_posix()
        if not file.is_file() or file.name.startswith("."):
            continue
        name = f"{TEMPLATES}/{key}"
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            files.findings.append(Finding(name, 1, 1, "not-utf-8", "the file is not UTF-8", "save it as UTF-8"))
            continue
        files.findings.extend(_read(files, name, key, text))
    return files


def _read(files: TemplateFiles, name: str, key: str, text: str) -> Iterator[Finding]:
    owner, *between, file = key.split("/")
    if file == WORDS and len(between) == 1:
        yield from _words(files, name, f"{owner}/{between[0]}", text)
    elif file == SAMPLE and not between and owner != SHARED:
        yield from _sample(files, name, owner, text)
    elif _is_part(owner, between, file):
        files.sources[key] = text
    else:
        yield Finding(name, 1, 1, "not-read", "the file is not read", _where_parts_are(owner))


def _is_part(owner: str, between: list[str], file: str) -> bool:
    if owner == SHARED:
        return not between and SHARED_FILE.fullmatch(file) is not None
    return (file in PARTS and len(between) <= 1) or (file == BODY and not between)


def _where_parts_are(owner: str) -> str:
    if owner == SHARED:
        return f"shared parts are {TEMPLATES}/{SHARED}/<name>.html, .txt or .jinja"
    return (
        f"a part is {TEMPLATES}/<template>/<locale>/ and one of {', '.join(sorted(PARTS))}; "
        f"what languages share is {TEMPLATES}/<template>/ and one of these, or {BODY}"
    )


def _words(files: TemplateFiles, name: str, of: str, text: str) -> Iterator[Finding]:
    document, findings = read_yaml(name, text)
    yield from findings
    if document is None:
        return
    faults = list(_faults(document, document.value or {}, ()))
    yield from faults
    if not faults:
        files.documents[of] = document
        files.words[of] = document.value or {}


def _faults(document: Document, value: Any, keys: Keys) -> Iterator[Finding]:
    if isinstance(value, Mapping) and len(keys) < DEEPEST_WORDS:
        for key, item in value.items():
            if not WORD.fullmatch(key):
                message = f"`{key}` cannot be named in a template"
                yield document.finding((*keys, key), "bad-word", message, "write it of letters, digits and _")
            yield from _faults(document, item, (*keys, key))
    elif not isinstance(value, str):
        what = f"`{'.'.join(map(str, keys))}` is no text" if keys else "the file holds no words"
        yield document.finding(keys, "bad-word", what, 'write key: "text"')


def _sample(files: TemplateFiles, name: str, template: str, text: str) -> Iterator[Finding]:
    try:
        facts = loads(text)
    except ValueError as error:
        yield Finding(name, 1, 1, "bad-sample", f"it is no JSON: {error}", "write the facts as one JSON object")
        return
    if isinstance(facts, Mapping):
        files.samples[template] = facts
    else:
        yield Finding(name, 1, 1, "bad-sample", "it is no JSON object", "write the facts as one JSON object")
