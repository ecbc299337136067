"""What colours a part of a page has as it is painted, whatever style sheets say."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

from playwright.sync_api import Locator, Page

Colour = tuple[int, int, int]
#: How far around a button its ground is looked at, in CSS pixels.
AROUND = 6


def painted(page: Page, *, x: float, y: float, width: float, height: float) -> list[list[Colour]]:
    """The pixels of a rectangle of the window, row by row."""
    clip = {"x": x, "y": y, "width": width, "height": height}
    return list(_rows(page.screenshot(clip=clip, animations="disabled")))  # type: ignore[arg-type]


def of_button(page: Page, button: Locator) -> tuple[list[Colour], Colour]:
    """Every pixel of a button, and the colour of the ground it stands on."""
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    inner = painted(page, **box)
    left = max(box["x"] - AROUND, 0)
    ground = painted(page, x=left, y=box["y"], width=max(box["x"] - left - 2, 1), height=box["height"])
    return [pixel for row in inner for pixel in row], most(pixel for row in ground for pixel in row)


def most(pixels: Iterator[Colour] | list[Colour]) -> Colour:
    """The colour that most of them have."""
    return Counter(pixels).most_common(1)[0][0]


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of WCAG 2.2: from 1 (the same) to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _rows(png: bytes) -> Iterator[list[Colour]]:
    """Decode a PNG of 8 bits a channel, as Chromium writes it (RFC 2083, 6)."""
    chunks = dict[bytes, bytes]()
    place = 8
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        chunks[kind] = chunks.get(kind, b"") + png[place + 8 : place + 8 + length]
        place += 12 + length
    width, height, depth, colours = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert depth == 8
    channels = {2: 3, 6: 4}[colours]
    raw, size = zlib.decompress(chunks[b"IDAT"]), width * channels
    before = bytearray(size)
    for row in range(height):
        start = row * (size + 1)
        line = _unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + size]), before, channels)
        yield [(line[at], line[at + 1], line[at + 2]) for at in range(0, size, channels)]
        before = line


def _unfiltered(kind: int, line: bytearray, above: bytearray, channels: int) -> bytearray:
    for at in range(len(line)):
        left = line[at - channels] if at >= channels else 0
        corner = above[at - channels] if at >= channels else 0
        guess = (0, left, above[at], (left + above[at]) // 2, _paeth(left, above[at], corner))[kind]
        line[at] = (line[at] + guess) % 256
    return line


def _paeth(left: int, above: int, corner: int) -> int:
    near = left + above - corner
    return min((left, above, corner), key=lambda one: abs(near - one))
