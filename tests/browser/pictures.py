"""Pictures of the dashboard for ``docs/``, made by the tests that show the pages to work.

``--pictures`` takes them anew. Without it each test compares the words of the page with those that stood
there when its picture was taken, numbers aside: who changes a page takes its picture again or the test fails.
Pixels aren't compared; they differ between versions of the browser and its fonts.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images" / "dashboard"
_DATE_WORDS = re.compile(
    r"\b(Jan(uary|\.)?|Feb(ruary|\.)?|March|April|May|June|July|Aug(ust|\.)?|Sept(ember|\.)?|Oct(ober|\.)?|"
    r"Nov(ember|\.)?|Dec(ember|\.)?|Mon(day)?|Tue(sday)?|Wed(nesday)?|Thu(rsday)?|Fri(day)?|Sat(urday)?|"
    r"Sun(day)?|a\.m\.|p\.m\.|noon|midnight|today|yesterday|tomorrow)"
)


_ID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


class Pictures:
    """Takes or checks the pictures of one test."""

    def __init__(self, *, anew: bool) -> None:
        self._anew = anew

    def take(self, page: Page, name: str, *, whole: bool = True) -> None:
        """Keep the page as it is as ``docs/images/dashboard/NAME.png``, with its words beside it."""
        words = words_of(page)
        picture, text = FOLDER / f"{name}.png", FOLDER / f"{name}.txt"
        if self._anew:
            FOLDER.mkdir(parents=True, exist_ok=True)
            if whole:
                _stretch(page)
            page.screenshot(path=picture, animations="disabled")
            text.write_text(words)
        assert picture.exists(), f"{picture.name} was never taken: run this test with --pictures."
        assert text.read_text() == words, f"{picture.name} is of another page: run this test with --pictures."


def _stretch(page: Page) -> None:
    """Make the window as high as the page: what sticks to its edges would lie across a longer picture."""
    width = (page.viewport_size or {"width": 1280})["width"]
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": height})


def words_of(page: Page) -> str:
    """What the page says, without its ids, numbers and dates."""
    said = page.locator("#content").inner_text()
    lines = (
        re.sub(r"\d+", "#", _DATE_WORDS.sub("@", _ID.sub("#", line))).strip() for line in said.splitlines()
    )
    return "\n".join(filter(None, lines)) + "\n"


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Pictures:
    """The pictures of this test; taken anew when pytest was given ``--pictures``."""
    return Pictures(anew=request.config.getoption("--pictures"))
