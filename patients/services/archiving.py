"""What has to be settled when a patient is archived, by whichever app knows of it.

Patients are the lower layer: what is pending about one is known above. The signal is sent inside the
transaction that archives, with the patient's row locked; whoever receives it settles what is pending, or
raises ``StillWaitingError`` so that nothing is stored.
"""

from django.dispatch import Signal

#: Sent with ``patient`` and ``now``.
archiving = Signal()
