"""The API key as requests carry it."""

from __future__ import annotations

import requests

from smrt_startdeliver.startdeliver.errors import KeyRefused


class BareKey(requests.auth.AuthBase):
    """`Authorization: <key>`, without `Bearer`. Being an `auth`, it keeps a .netrc from putting its own in place."""

    def __init__(self, key: str) -> None:
        if not (key.isascii() and key.isprintable()):  # it would be refused later, in a message that shows the key
            raise KeyRefused(
                "the API key has characters that no key has, as the end of a line: copy it anew into the password of "
                "connection 'startdeliver'"
            )
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the key on a request."""
        request.headers["Authorization"] = self._key
        return request
