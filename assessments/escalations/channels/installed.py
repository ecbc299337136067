"""Which channels there are: a new one is a module and a line here."""

from assessments.escalations.channels.mail import Mail
from assessments.escalations.channels.registry import register
from assessments.escalations.channels.services.on_call_services import ServicesOfClinic

register(Mail())
register(ServicesOfClinic())
