"""Create, read, update, replace, delete."""

from __future__ import annotations

import pytest

from .conftest import refused

MOMENT = 1_738_310_400_000


def event(user_id, **more):
    return {"userId": user_id, "usageType": "Order Created", "timestamp": MOMENT, **more}


@pytest.fixture
def user(client, unique):
    return client.create("user", email=f"{unique}@example.com", customfieldExternalId=unique, customfieldNumber=7)


def test_a_created_object_comes_back_with_its_id_and_its_times(client, unique):
    created = client.create("customer", name=unique, active=True, arr=12.5, tag=["a", "b"], renewsAt="2025-02-28")
    assert isinstance(created["id"], int)
    assert created["createdAt"] == created["updatedAt"]
    assert {"name": unique, "active": True, "arr": 12.5, "tag": ["a", "b"], "renewsAt": "2025-02-28"}.items() <= (
        created.items()
    )
    assert client("GET", f"customer/{created['id']}").json() == created


def test_the_same_body_twice_makes_two_objects(client, user, unique):
    first, second = (client.create("customer", name=unique) for _ in range(2))
    assert first["id"] != second["id"]
    events = [client.create("usage", **event(user["email"], messageId=unique)) for _ in range(2)]
    assert events[0]["id"] != events[1]["id"]


def test_ids_of_different_entities_never_meet(client, user):
    assert client("GET", f"customer/{user['id']}").status_code == 404


def test_an_update_changes_only_the_fields_given_and_null_clears_one(client, user):
    answer = client("PATCH", f"user/{user['id']}", {"name": "Ann", "customfieldNumber": None})
    assert answer.status_code == 200
    changed = answer.json()
    assert changed["name"] == "Ann"
    assert "customfieldNumber" not in changed
    assert changed["email"] == user["email"]
    assert changed["createdAt"] == user["createdAt"]
    assert client("GET", f"user/{user['id']}").json() == changed


def test_an_update_may_repeat_the_id_of_the_path_and_no_other(client, user):
    path = f"user/{user['id']}"
    assert client("PATCH", path, {"id": user["id"], "name": "Ann"}).status_code == 200
    refused(client("PATCH", path, {"id": user["id"] + 1, "name": "Bea"}), 400, "id")
    assert client("GET", path).json()["name"] == "Ann"


def test_replacing_clears_what_is_not_given(client, user):
    replaced = client("PUT", f"user/{user['id']}", {"name": "Ann"}).json()
    assert set(replaced) == {"id", "name", "createdAt", "createdBy", "updatedAt", "updatedBy"}
    assert replaced["createdAt"] == user["createdAt"]


def test_what_is_deleted_is_gone(client, unique):
    path = f"customer/{client.create('customer', name=unique)['id']}"
    assert client("DELETE", path).status_code == 204
    for method, body in (("GET", None), ("PATCH", {"name": "x"}), ("PUT", {"name": "x"}), ("DELETE", None)):
        refused(client(method, path, body), 404)


@pytest.mark.parametrize("alias", ["id", "createdAt", "createdBy", "updatedAt", "updatedBy"])
def test_a_field_of_the_servers_own_is_refused(client, user, alias):
    refused(client("POST", "user", {"name": "x", alias: user[alias]}), 400, alias)
    if alias != "id":
        refused(client("PATCH", f"user/{user['id']}", {"name": "x", alias: user[alias]}), 400, alias)


def test_a_write_of_nothing_is_refused(client, user):
    refused(client("POST", "user", {}), 400)
    refused(client("PATCH", f"user/{user['id']}", {"id": user["id"]}), 400)


def test_a_users_customer_must_exist(client, user, unique):
    refused(client("POST", "user", {"name": unique, "customerId": user["id"]}), 400, "customerId")
    assert client.search("user", filter={"name": unique}) == []
    customer = client.create("customer", name=unique)
    path = f"user/{user['id']}"
    assert client("PATCH", path, {"customerId": customer["id"]}).json()["customerId"] == customer["id"]
    refused(client("PATCH", path, {"customerId": customer["id"] + 999_999}), 400, "customerId")
    assert client("GET", path).json()["customerId"] == customer["id"]


def test_a_deleted_customers_users_stay_without_one(client, unique):
    customer = client.create("customer", name=unique)
    user = client.create("user", name=unique, customerId=customer["id"])
    client("DELETE", f"customer/{customer['id']}")
    left = client("GET", f"user/{user['id']}").json()
    assert left["name"] == unique
    assert "customerId" not in left


def test_a_usage_of_four_keys_is_matched_by_email_and_is_a_track(client, user):
    usage = client.create("usage", **event(user["email"]))
    assert usage["startdeliverUserFieldToMatchOn"] == "email"
    assert usage["type"] == "track"


def test_a_usage_is_matched_by_a_custom_field_of_text_or_number(client, unique):
    client.create("user", customfieldExternalId=unique, customfieldNumber=424_242)
    for alias, value in (("customfieldExternalId", unique), ("customfieldNumber", 424_242)):
        more = {"type": "page", "properties": {"address": {"city": "Oslo"}}, "messageId": f"{unique}-{alias}"}
        usage = client.create("usage", **event(value, startdeliverUserFieldToMatchOn=alias, **more))
        assert more.items() <= usage.items()


@pytest.mark.parametrize(
    ("alias", "value"), [("customfieldExternalId", 5), ("customfieldNumber", "5"), ("email", 5), ("email", True)]
)
def test_a_match_value_must_be_of_the_match_fields_type(client, alias, value):
    refused(client("POST", "usage", event(value, startdeliverUserFieldToMatchOn=alias)), 400, "userId")


@pytest.mark.parametrize("alias", ["customfieldFlag", "customfieldNope", "name", "id", "customfieldSize"])
def test_only_email_and_custom_fields_of_text_or_number_match(client, alias):
    answer = client("POST", "usage", event("x", startdeliverUserFieldToMatchOn=alias))
    refused(answer, 400, "startdeliverUserFieldToMatchOn")


def test_a_usage_without_its_user_is_refused(client, unique):
    assert "create the user" in refused(client("POST", "usage", event(f"{unique}@example.com")), 400, "userId")


def test_a_usage_that_could_be_two_users_is_refused(client, unique):
    for _ in range(2):
        client.create("user", email=f"{unique}@example.com")
    assert "more than one" in refused(client("POST", "usage", event(f"{unique}@example.com")), 400, "userId")


@pytest.mark.parametrize("missing", ["userId", "usageType", "timestamp"])
def test_a_usage_needs_user_name_and_time(client, user, missing):
    body = event(user["email"])
    del body[missing]
    refused(client("POST", "usage", body), 400, missing)


@pytest.mark.parametrize("timestamp", [MOMENT // 1000, MOMENT + 0.5, "2025-01-31T08:00:00.000Z", True, 10**15])
def test_a_time_is_in_milliseconds(client, user, timestamp):
    refused(client("POST", "usage", event(user["email"], timestamp=timestamp)), 400, "timestamp")


@pytest.mark.parametrize(
    ("alias", "value"),
    [("type", "screen"), ("properties", []), ("properties", "x"), ("messageId", 5), ("usageType", 5), ("event", "x")],
)
def test_a_usage_takes_its_keys_with_their_types_only(client, user, alias, value):
    refused(client("POST", "usage", event(user["email"]) | {alias: value}), 400, alias)


def test_a_usage_can_be_changed_and_deleted_and_goes_with_its_user(client, user):
    first, second = (client.create("usage", **event(user["email"])) for _ in range(2))
    changed = client("PATCH", f"usage/{first['id']}", {"properties": {"value": 3}}).json()
    assert changed["properties"] == {"value": 3}
    assert client("DELETE", f"usage/{first['id']}").status_code == 204
    assert client("DELETE", f"user/{user['id']}").status_code == 204
    assert client("GET", f"usage/{second['id']}").status_code == 404
