"""How secrets are kept that nobody chose: a client's 128 random characters are beyond guessing."""

import hashlib
from typing import Any

from django.contrib.auth.hashers import BasePasswordHasher
from django.utils.crypto import constant_time_compare


class RandomSecretHasher(BasePasswordHasher):
    """Salted SHA-256. Stretching is for passwords; here it would only cost each request half a second."""

    algorithm = "random_secret_sha256"

    def encode(self, password: str, salt: str) -> str:
        """What is stored of a secret."""
        digest = hashlib.sha256(f"{salt}${password}".encode()).hexdigest()
        return f"{self.algorithm}${salt}${digest}"

    def decode(self, encoded: str) -> dict[str, Any]:
        """The parts of what is stored."""
        algorithm, salt, digest = encoded.split("$")
        return {"algorithm": algorithm, "hash": digest, "salt": salt}

    def verify(self, password: str, encoded: str) -> bool:
        """Whether this is the secret."""
        return constant_time_compare(encoded, self.encode(password, self.decode(encoded)["salt"]))

    def safe_summary(self, encoded: str) -> Any:
        """Nothing that a page could show."""
        return {"algorithm": self.decode(encoded)["algorithm"]}

    def must_update(self, encoded: str) -> bool:  # noqa: ARG002
        """Never: there is one way."""
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        """A wrong secret costs what the right one does."""
