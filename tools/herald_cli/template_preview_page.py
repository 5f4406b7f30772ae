"""A page that shows a previewed mail by day, at night and on a telephone, side by side, and the texts beside it."""

import re
from html import escape
from urllib.parse import quote

from herald_cli.template_preview import Preview

NIGHT = "@media (prefers-color-scheme: dark)"
_PICTURE = re.compile(r'(<img [^>]*src=")[^"]*(")')
_DRAWN = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240" viewBox="0 0 320 240">'
    '<rect width="320" height="240" fill="#d5dbe1"/>'
    '<path d="M60 200h200M90 200v-70h140v70M80 130h160v-40a20 20 0 0 0-20-20h-120a20 20 0 0 0-20 20z" '
    'fill="#8b99a6" stroke="#5c6b78" stroke-width="6"/></svg>'
)


def by_day(html: str) -> str:
    """Return a mail as it looks by day, whatever the browser is set to."""
    return html.replace(NIGHT, "@media not all").replace("color-scheme: light dark", "color-scheme: light")


def at_night(html: str) -> str:
    """Return a mail as it looks at night, whatever the browser is set to."""
    return html.replace(NIGHT, "@media all").replace("color-scheme: light dark", "color-scheme: dark")


def with_drawn_pictures(html: str) -> str:
    """Return a mail that loads nothing: each picture is a drawn one."""
    return _PICTURE.sub(rf"\g<1>data:image/svg+xml,{quote(_DRAWN)}\g<2>", html)


def side_by_side(preview: Preview) -> str:
    """Return the page."""
    asked = f" (asked for: {preview.locale})" if preview.locale != preview.language else ""
    heading = f"{preview.template} in {preview.language}{asked}, told of {preview.sample}"
    frames, texts = [], []
    if preview.email is not None:
        html = with_drawn_pictures(preview.email.html)
        frames = [
            _frame("By day", by_day(html), 640), _frame("At night", at_night(html), 640),
            _frame("On a telephone", by_day(html), 360), _frame("On a telephone, at night", at_night(html), 360),
        ]  # fmt: skip
        texts = [_text("Subject", preview.email.subject), _text("Text", preview.email.text)]
    if preview.sms is not None:
        texts.append(_text("SMS", preview.sms.text))
    if preview.whatsapp is not None:
        texts.append(_text("WhatsApp", preview.whatsapp.text))
    if preview.fax is not None:
        texts.append(_text("Fax", preview.fax.text))
    return _PAGE.format(heading=escape(heading), frames="\n".join(frames), texts="\n".join(texts))


def _frame(title: str, html: str, width: int) -> str:
    return (
        f'<figure><figcaption>{escape(title)}, {width} px</figcaption><iframe title="{escape(title)}" '
        f'sandbox="allow-same-origin" width="{width}" height="1200" srcdoc="{escape(html)}"></iframe></figure>'
    )


def _text(title: str, text: str) -> str:
    return f"<figure><figcaption>{escape(title)}</figcaption><pre>{escape(text)}</pre></figure>"


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{heading}</title>
<style>
body {{ margin: 24px; background: #dfe4ea; color: #1d2731; font: 15px/1.5 system-ui, sans-serif; }}
h1 {{ font-size: 20px; }}
main {{ display: flex; flex-wrap: wrap; gap: 24px; align-items: flex-start; }}
figure {{ margin: 0; }}
figcaption {{ margin: 0 0 6px; font-weight: 600; }}
iframe {{ border: 1px solid #8b99a6; background: #fff; }}
pre {{ max-width: 640px; margin: 0; padding: 16px; background: #fff; white-space: pre-wrap; overflow-wrap: anywhere; }}
</style>
</head>
<body>
<h1>{heading}</h1>
<main>
{frames}
{texts}
</main>
<script>
for (const frame of document.querySelectorAll("iframe")) {{
  const fit = () => {{ frame.height = frame.contentDocument.documentElement.scrollHeight; }};
  if (frame.contentDocument.readyState === "complete") fit();
  frame.addEventListener("load", fit);
}}
</script>
</body>
</html>
"""
