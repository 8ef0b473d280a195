"""What tests of page Mapping share: the document, what Airflow holds, and the buttons."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import sqlalchemy as sa
from airflow.models.variable import Variable
from airflow.utils.session import create_session
from fastapi.testclient import TestClient

from smrt_startdeliver.mapping.source import VARIABLE
from tests.ui.conftest import HOME
from tests.ui.reading import table_of

PAGE = f"{HOME}mapping"
FILE = """\
# Ours.
startdeliverMatchingField: {field: customfieldSmrtId, type: text}
externalMatchingField: {field: userId}
startdeliverCustomerField: {field: customfieldSmrtId, type: text}
externalCustomerField: {field: userId}
userMapping:
  - {field: name, externalField: traits.name, type: text}
  - {field: email, externalField: traits.email, type: text}
  - {field: customfieldIsLost, externalField: traits.isLost, type: boolean}
customerMapping:
  - {field: name, externalField: traits.name, type: text}
"""
EDITED = FILE.replace("{field: name, externalField: traits.name", "{field: name, externalField: traits.firstName", 1)


def stored() -> str | None:
    """What Airflow's database holds."""
    with create_session() as session:
        found = session.scalar(sa.select(Variable).where(Variable.key == VARIABLE))
        return None if found is None else str(found.val)


def store(text: str) -> None:
    """Somebody edits the Variable on Airflow's own page."""
    with create_session() as session:
        Variable.set(VARIABLE, text, description="Ours", session=session)


def field_of(page: str, name: str) -> str:
    (value,) = re.findall(rf'name="{name}" value="([^"]*)"', page)
    return unescape(value)


def shown(client: TestClient) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return answer.text


def document_in(page: str) -> str:
    (text,) = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    return unescape(text)


def post(client: TestClient, page: str, do: str, text: str | None = None, path: str = PAGE, **more: str) -> Any:
    """Press a button of the page, with the document as edited; line ends are a browser's."""
    edited = document_in(page) if text is None else text
    hidden = {name: field_of(page, name) for name in ("opened", "previewed")}
    return client.post(path, data={**hidden, "do": do, "text": edited.replace("\n", "\r\n"), **more})


def previewed(client: TestClient, text: str = EDITED, **more: str) -> str:
    answer = post(client, shown(client), "preview", text, **more)
    assert answer.status_code == 200
    return str(answer.text)


def fields(page: str, caption: str) -> dict[tuple[str, str], tuple[str, str]]:
    """(entity, field) -> what stands before and after."""
    rows = [(row["Field"].split(" of the "), row) for row in table_of(page, caption)]
    return {(entity, field): (row["Before"], row["After"]) for (field, entity), row in rows}


def changing(page: str) -> dict[tuple[str, str], tuple[str, str]]:
    return fields(page, "Fields that change")


def staying(page: str) -> dict[tuple[str, str], tuple[str, str]]:
    return fields(page, "Fields that stay")
