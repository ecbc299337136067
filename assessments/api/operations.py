"""Names, summaries, bodies and answers of the operations on assessments and what they promise.

They stand together and apart from the views, so that this whole part of the document can be read at once.
"""

from assessments.check_ins.api.follow_ups import _describe_follow_ups
from assessments.decisions.api.assessments import _describe_assessments
from assessments.decisions.api.overrides import _describe_changes_of_assessments
from assessments.escalations.api import _describe_escalations
from assessments.privacy.api import _describe_erasure
from assessments.programmes.api.steps import _describe_programmes


def attach() -> None:
    """Describe every view of the app; ``assessments.api.urls`` calls it once."""
    _describe_assessments()
    _describe_changes_of_assessments()
    _describe_escalations()
    _describe_follow_ups()
    _describe_erasure()
    _describe_programmes()
