"""Makes a process of the demo live by its clock."""

from __future__ import annotations

from django.utils import timezone

from tools.demo_clock import ahead, run_dir


def install() -> None:
    """Move what the whole service takes its time from; the clock may move while the process runs."""
    folder, real_now = run_dir(), timezone.now
    timezone.now = lambda: real_now() + ahead(folder)
