"""docs/walkthrough.md against the running demo, word for word."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.platform.test_run import ROOT, environment, free_port, running

pytestmark = pytest.mark.process

TEXT = (ROOT / "docs" / "walkthrough.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(sh|text)\n(.*?)```", TEXT, re.DOTALL)


def test_the_three_stories_print_what_the_page_says(run_dir: Path) -> None:
    """In the page's order, on one demo whose clock moves on from story to story."""
    kinds = [kind for kind, _ in BLOCKS]
    assert kinds == ["sh", *["sh", "text"] * 3]
    (_, first), *stories = BLOCKS
    port = free_port()
    with running(run_dir, port):
        for (_, pasted), (_, printed) in zip(stories[::2], stories[1::2], strict=True):
            assert paste(first + pasted, environment(run_dir, str(port))) == printed


def paste(blocks: str, where: dict[str, str]) -> str:
    """What the shell prints; nothing may be said on the side."""
    clean = {name: value for name, value in where.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["sh"], input=blocks, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.stderr == "", done.stdout + done.stderr
    return done.stdout
