"""A PDF as its readers meet it."""

import io
from typing import Any

from pypdf import PdfReader


def words(made: bytes, page: int | None = None) -> str:
    """The text of a page, or of all, with every run of white space as one blank."""
    pages = PdfReader(io.BytesIO(made)).pages
    chosen = pages if page is None else [pages[page]]
    return " ".join(" ".join(one.extract_text() for one in chosen).split())


def catalog(made: bytes) -> Any:
    """The document's own entries: language, tags, title."""
    return PdfReader(io.BytesIO(made)).root_object


def standard(made: bytes) -> str:
    """What the document says of itself in its metadata."""
    return catalog(made)["/Metadata"].get_object().get_data().decode()


def alternatives(made: bytes) -> list[str]:
    """The texts that stand for pictures, in their order."""
    found: list[str] = []
    waiting = [catalog(made)["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop(0)
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            waiting = [*node, *waiting]
        elif isinstance(node, dict):
            found += [str(node["/Alt"])] if "/Alt" in node else []
            waiting = [node["/K"], *waiting] if "/K" in node else waiting
    return found


def pages_of(made: bytes) -> int:
    """How many there are."""
    return len(PdfReader(io.BytesIO(made)).pages)
