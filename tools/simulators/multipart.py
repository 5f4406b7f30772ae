"""Reading a multipart form (RFC 7578)."""

from email import policy
from email.parser import BytesParser

from simulators.exchange import Request, refused


def form_fields(request: Request) -> dict[str, bytes]:
    """Return the fields of a ``multipart/form-data`` body by name, files too.

    Raises a 422 refusal when the body is not such a form, or names a field twice.
    """
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
    form = BytesParser(policy=policy.HTTP).parsebytes(head + request.body)
    if form.defects or not form.is_multipart():
        raise refused(422, "the body is not a multipart form")
    fields: dict[str, bytes] = {}
    for part in form.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or name in fields or not isinstance(content, bytes):
            raise refused(422, "each part of the form has a name of its own")
        fields[name] = content
    return fields
