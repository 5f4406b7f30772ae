"""Which bodies are taken."""

JSON = "application/json"
CLOUDEVENT = "application/cloudevents+json"
CLOUDEVENTS_BATCH = "application/cloudevents-batch+json"


def media_type(content_type: str) -> str | None:
    """Return a Content-Type's media type in lower case; ``None`` if it is malformed or names a charset but UTF-8.

    JSON between systems is UTF-8 (RFC 8259, 8.1), so a missing charset is UTF-8 and any other is refused.
    """
    name, *parameters = (part.strip() for part in content_type.lower().split(";"))
    if name.count("/") != 1 or "," in name:
        return None
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "charset" and value.strip().strip('"') != "utf-8":
            return None
    return name
