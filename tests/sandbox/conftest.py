"""One sandbox a module, and a client that speaks to it over HTTP."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from requests import Response, Session

from sandbox.testing import Sandbox, running_sandbox

FIELDS = {
    "customer": {"customfieldAccount": "text"},
    "user": {
        "customfieldExternalId": "text",
        "customfieldNumber": "number",
        "customfieldDay": "date",
        "customfieldFlag": "boolean",
        "customfieldSize": {"type": "select", "options": ["small", "large"]},
    },
}
READONLY_KEY = "readonly-key"
_numbers = itertools.count(1)


class Client:
    """Requests to a sandbox's API, with its key unless another one is given."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.session = Session()
        self.session.headers["Authorization"] = sandbox.key

    def __call__(self, method: str, path: str, json: object = None, **options) -> Response:
        return self.session.request(method, self.sandbox.url + path, json=json, timeout=30, **options)

    def create(self, entity: str, **fields) -> dict:
        answer = self("POST", entity, fields)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def search(self, entity: str, **query) -> list[dict]:
        answer = self("POST", entity, {"query": query}, headers={"X-HTTP-Method-Override": "GET"})
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]


def refused(answer: Response, status: int, field: str | None = None) -> str:
    """The message of a refusal, which must have this status and name this field."""
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error.get("field") == field
    return error["message"]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory) -> Iterator[Sandbox]:
    data = tmp_path_factory.mktemp("sandbox") / "data.sqlite"
    with running_sandbox(data, fields=FIELDS, readonly_key=READONLY_KEY) as running:
        yield running


@pytest.fixture
def client(sandbox) -> Iterator[Client]:
    client = Client(sandbox)
    yield client
    client.session.close()


@pytest.fixture
def unique() -> str:
    """A text that no other test uses."""
    return f"u{next(_numbers)}"
