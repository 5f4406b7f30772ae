"""Pictures for the thumbnail routes: a table or an armchair, whose colours are always the same for the same thing."""

import colorsys
import hashlib
import struct
import zlib

from simulators.exchange import Reply

WIDTH, HEIGHT = 480, 360
_WALL, _FLOOR, _LEGS, _BODY, _SEAT = range(5)
_Box = tuple[int, int, int, int, int]
"""From left, from top, width, height, colour."""

_ROOM: tuple[_Box, ...] = ((0, 0, WIDTH, 280, _WALL), (0, 280, WIDTH, 80, _FLOOR))
_ARMCHAIR: tuple[_Box, ...] = (
    (140, 70, 200, 150, _BODY), (100, 150, 60, 130, _BODY), (320, 150, 60, 130, _BODY),
    (160, 200, 160, 80, _BODY), (160, 190, 160, 34, _SEAT), (112, 280, 20, 34, _LEGS), (348, 280, 20, 34, _LEGS),
)  # fmt: skip
_TABLE: tuple[_Box, ...] = (
    (80, 150, 320, 22, _SEAT), (100, 172, 280, 24, _BODY), (104, 196, 20, 120, _LEGS), (356, 196, 20, 120, _LEGS),
)  # fmt: skip


def drawn_picture(key: str, name: object) -> Reply:
    """Answer the PNG picture of the thing with that id; from its name it is known for a table."""
    digest = hashlib.sha256(key.encode()).digest()
    piece = _TABLE if any(word in str(name).lower() for word in ("table", "desk")) else _ARMCHAIR
    return Reply(200, _png(_ROOM + piece, digest), {"Content-Type": "image/png"})


def _png(boxes: tuple[_Box, ...], digest: bytes) -> bytes:
    rows = [bytearray(WIDTH) for _ in range(HEIGHT)]
    for left, top, width, height, colour in boxes:
        for row in rows[top : top + height]:
            row[left : left + width] = bytes([colour]) * width
    unfiltered = b"".join(b"\x00" + row for row in rows)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"PLTE", _palette(digest)), (b"IDAT", zlib.compress(unfiltered, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _palette(digest: bytes) -> bytes:
    hue = digest[0] / 256
    body, seat = (colorsys.hls_to_rgb(hue, lightness, 0.4) for lightness in (0.38, 0.52))
    colours = ((0.94, 0.93, 0.90), (0.80, 0.74, 0.66), (0.28, 0.20, 0.14), body, seat)
    return bytes(round(part * 255) for colour in colours for part in colour)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
