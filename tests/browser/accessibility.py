"""What no page may have: a serious violation of WCAG 2.2 AA (by axe-core), or more width than its window."""

from collections.abc import Collection
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
REFUSED = {"serious", "critical"}

#: A laptop, a phone, and the laptop at 200 % zoom: half as many CSS pixels, each twice as large.
SIZES = {"laptop": (1280, 800), "phone": (390, 844), "zoomed": (640, 400)}


def violations(page: Page) -> list[str]:
    """Every serious or critical violation on the page as it is now, with the elements that have it."""
    found: list[dict[str, Any]] = (
        Axe()
        .run(page, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})
        .response["violations"]
    )
    return [
        f"{each['id']} ({each['impact']}): {node['html'][:160]} — {node['failureSummary'][:300]}"
        for each in found
        if each["impact"] in REFUSED
        for node in each["nodes"]
    ]


def too_wide(page: Page) -> str:
    """What makes the page wider than its window, or nothing; what scrolls by itself doesn't count."""
    widest: str = page.evaluate(
        """() => {
            const room = document.documentElement.clientWidth
            if (document.documentElement.scrollWidth <= room) return ''
            const beyond = (element) => element.getBoundingClientRect().right > room
            const wide = [...document.querySelectorAll('body *')].filter(beyond)
            return wide.length + ' elements, the innermost: ' + wide.at(-1).outerHTML.slice(0, 200)
        }"""
    )
    return widest


def check(page: Page) -> None:
    """Fail unless the page is accessible and fits: on a laptop, a phone, at 200 % zoom, and in the dark."""
    faults = faults_of(page)
    assert not faults, "\n".join([page.url, *faults])


def faults_of(page: Page, *, scanned: Collection[str] = tuple(SIZES)) -> list[str]:
    """What is wrong with the page: its width at every size, the sizes to be scanned, and the dark."""
    faults: list[str] = []
    for name in SIZES:
        resize(page, name)
        if excess := too_wide(page):
            faults.append(f"{name} is too narrow for {excess}")
        if name in scanned:
            faults += [f"{name}: {fault}" for fault in violations(page)]
    resize(page, "laptop")
    page.emulate_media(color_scheme="dark")
    faults += [f"dark: {fault}" for fault in violations(page)]
    page.emulate_media(color_scheme="light")
    return faults


def resize(page: Page, name: str) -> None:
    """Show the page in a window of one of the sizes."""
    width, height = SIZES[name]
    page.set_viewport_size({"width": width, "height": height})
