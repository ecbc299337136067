"""The protocol as it decides in this clinic: every criterion with its sources, generated from its tables."""

from collections.abc import Iterator
from typing import Any

from assessments.parameters.api.protocols import protocol_document
from assessments.parameters.forms import title_of
from assessments.parameters.services.in_force import parameters_in_force
from assessments.protocol import CRITERIA
from assessments.protocol.criteria.criterion import Criterion
from assessments.protocol.evidence import EVIDENCE
from assessments.protocol.explain import ADJUSTMENTS, DECISIONS, INSUFFICIENT
from assessments.protocol.filling import CriterionSentences
from assessments.protocol.sources import ARTICLES, STATEMENTS
from assessments.protocol.urgencies import in_words
from assessments.protocol.vocabulary import Urgency
from clinics.dashboard.settings import SettingsPage
from clinics.identity.permissions import Permission

#: Sources that are no publication.
_PRINCIPLES = {
    "author-judgement": "The authors' judgement, where no source says more",
    "safety-principle": "A principle of safety: what isn't known never reassures",
    "scope": "The limits of what this protocol is for",
}


class ProtocolPage(SettingsPage):
    """One page, so that the browser's own search finds everything; thresholds are the clinic's own."""

    title = "Protocol"
    template = "assessments/settings/protocol.html"
    seen_with = Permission.SEE_PROTOCOLS

    def context(self, about: None) -> dict[str, Any]:  # noqa: ARG002
        """Criteria in their own order, and behind them what they rest on."""
        present = parameters_in_force(self.clinic)
        document = protocol_document()
        rests_on = {source["id"]: source["criteria"] for source in document["sources"]}
        return {
            "version": document["version"],
            "hash": present.protocol.hash,
            "own": [title_of(name) for name in present.values],
            "criteria": [_criterion(one, present.protocol.context) for one in CRITERIA],
            "articles": [
                (article.title, list(_statements(article.prefix, rests_on))) for article in ARTICLES
            ],
            "evidence": [(one, rests_on.get(one.id, [])) for one in EVIDENCE],
            "principles": [(id_, words, rests_on.get(id_, [])) for id_, words in _PRINCIPLES.items()],
            "contradictions": document["contradictions"],
        }


def _criterion(criterion: Criterion, context: Any) -> dict[str, Any]:
    """One row of the table in words; ``level`` chooses the shape."""
    decision = INSUFFICIENT.get(criterion.insufficiency_kind) if criterion.insufficiency_kind else None
    if decision is None and criterion.decision:
        decision = DECISIONS[criterion.decision]
    if criterion.adjust_level:
        decision = f"{decision} As {ADJUSTMENTS[criterion.adjust_level]}."
    return {
        "id": criterion.id,
        "title": criterion.title,
        "words": CriterionSentences(criterion, context).without_a_record(context),
        "decision": decision or "Adds its urgency alone.",
        "urgency": in_words(criterion.urgency) if criterion.urgency is not Urgency.NONE else "",
        "level": criterion.urgency.value,
        "sources": criterion.sources,
    }


def _statements(prefix: str, rests_on: dict[str, list[str]]) -> Iterator[tuple[Any, list[str]]]:
    """What an article says, each with the criteria that carry it out."""
    for statement in STATEMENTS:
        if statement.id.startswith(f"{prefix}-"):
            yield statement, [*rests_on.get(statement.id, []), *statement.criteria]
