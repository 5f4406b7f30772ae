"""What a rule is for is told in the reader's language, or in a wider one, or in the default."""

import pytest
from tests.builders import a_configuration, a_rule

from herald.adapters.configuration_bundle import from_bytes, to_bytes, versioned

RULE = a_rule(description="It is large.", translations={"de": "Er ist groß.", "de-ch": "Er ist gross."})


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("de", "Er ist groß."),
        ("de-AT", "Er ist groß."),
        ("de_CH", "Er ist gross."),
        ("fr-FR", "It is large."),
        ("en-GB", "It is large."),
        (None, "It is large."),
    ],
)
def test_a_rule_is_described(locale: str | None, said: str) -> None:
    assert RULE.described(locale) == said
    assert a_configuration(rules=(RULE,)).described(RULE.id, locale) == said


def test_one_without_translations_is_described_alike_to_all() -> None:
    assert a_rule(description="It is large.").described("de") == "It is large."


def test_what_is_no_rule_has_no_description() -> None:
    assert a_configuration(rules=(RULE,)).described("approval.request", "de") == ""


def test_a_version_keeps_them() -> None:
    configuration = versioned(a_configuration(rules=(RULE, a_rule(id="other"))))
    assert from_bytes(configuration.version, to_bytes(configuration)).rules == configuration.rules
