import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.domain.media_type import media_type


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("application/json", "application/json"),
        ("Application/JSON", "application/json"),
        (" application/json ; charset=utf-8", "application/json"),
        ('application/json;charset="UTF-8"', "application/json"),
        ("application/json; profile=x; charset=utf-8", "application/json"),
        ("application/cloudevents+json; charset=UTF-8", "application/cloudevents+json"),
        ("application/cloudevents-batch+json", "application/cloudevents-batch+json"),
        ("application/json; charset=latin-1", None),
        ("application/json; charset=utf-16", None),
        ("application/json; charset=", None),
        ("application/json; charset=utf-8; charset=utf-7", None),
        ("application/json, text/plain", None),
        ("application", None),
        ("a/b/c", None),
        ("", None),
    ],
)
def test_only_utf_8_has_a_media_type(content_type: str, name: str | None) -> None:
    assert media_type(content_type) == name


@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert media_type(text) is None or "/" in text
