"""After two weeks without a run the body has to be led back to what it bore before (F.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from assessments.protocol.programme.load import SHARE_AFTER_A_GAP, needs_new_start
from assessments.protocol.programme.phases import Phase
from assessments.protocol.programme.reaction import Standing
from assessments.protocol.programme.walk_run import STAGE_AFTER_A_GAP


def gap_ended(last_run_at: datetime | None, *, now: datetime) -> bool:
    """Whether the next run is the first after so long a gap; ``last_run_at`` is None where none is known."""
    return last_run_at is not None and needs_new_start((now - last_run_at).days)


def after_gap(standing: Standing) -> Standing:
    """The standing from which running starts again: stage 3 or half the usual distance, never more than
    before, and greens count anew. Prehab is left for building.
    """
    if standing.phase is Phase.GRADED_RETURN:
        return replace(standing, stage=min(standing.stage, STAGE_AFTER_A_GAP), greens=0, ambers=0)
    if standing.phase in {Phase.BUILD, Phase.PREHAB}:
        share = min(standing.share_percent, round(SHARE_AFTER_A_GAP * 100))
        return replace(standing, phase=Phase.BUILD, share_percent=share, greens=0, ambers=0)
    return standing
