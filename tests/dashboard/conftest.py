"""What the tests of the dashboard share."""

from tests.dashboard.test_dashboard import sign_in  # noqa: F401 - a fixture
