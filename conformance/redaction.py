"""Secrets, and taking them out of whatever a report may show."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "[secret]"
SHORTEST = 6  # characters; shorter ones occur by chance


class Redaction:
    """Knows the secrets of a target, and every spelling in which one may come back."""

    def __init__(self, secrets: Iterable[str] = (), credentials: Iterable[str] = ()) -> None:
        self._spellings: list[str] = []
        for secret in secrets:
            self.learn(secret)
        for credential in credentials:
            self.learn(credential)
            self.learn(credential.partition(" ")[2])

    def learn(self, secret: str) -> None:
        """Take out *secret* from now on, also where it is quoted or encoded."""
        if len(secret) < SHORTEST:
            return
        new = {
            secret,
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
            quote(secret, safe=""),
            quote_plus(secret),
            base64.b64encode(secret.encode()).decode(),
        }
        self._spellings = sorted({*self._spellings, *new}, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Return *text* with a mask in place of each secret."""
        for spelling in self._spellings:
            text = text.replace(spelling, MASK)
        return text

    def gives_away(self, text: str) -> bool:
        """Whether a header's value holds a secret, as it is or as HTTP basic authentication."""
        if any(spelling in text for spelling in self._spellings):
            return True
        scheme, _, coded = text.partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            plain = base64.b64decode(coded, validate=True).decode("utf-8", "replace")
        except binascii.Error:
            return False
        if not any(spelling in plain for spelling in self._spellings):
            return False
        self.learn(coded)
        return True
