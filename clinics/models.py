"""Every table of the app, where Django looks for them; code imports the packages that hold them."""

from backend.platform.storage.columns import Identified, Timestamped, new_id
from clinics.access_log.models import AccessLogEntry, AccessLogHead
from clinics.api.models import AnsweredRequest
from clinics.clients.models import PublishedKeys
from clinics.identity.models import Allowance, ApiClient, Clinic, Membership, Role, User
from clinics.sign_in.models import Authenticator, RecoveryCode

__all__ = [
    "AccessLogEntry",
    "AccessLogHead",
    "Allowance",
    "AnsweredRequest",
    "ApiClient",
    "Authenticator",
    "Clinic",
    "Identified",
    "Membership",
    "PublishedKeys",
    "RecoveryCode",
    "Role",
    "Timestamped",
    "User",
    "new_id",
]
