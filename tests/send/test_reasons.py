"""What is kept of a refusal shows nobody's data."""

from __future__ import annotations

from smrt_startdeliver.send.reasons import Rejection, masked, rejection_of
from smrt_startdeliver.startdeliver.errors import Refused


def test_the_values_of_a_record_are_masked_the_longest_first() -> None:
    said = "400: ann@example.com is taken, says Ann of Ann Arbor"
    assert masked(said, ["Ann", "ann@example.com", "Ann Arbor", None, ""]) == "400: … is taken, says … of …"


def test_values_too_short_to_tell_anything_leave_the_words_readable() -> None:
    assert masked("a field of a user", ["a", "us"]) == "a field of a user"


def test_a_refusal_is_a_rejection_with_the_field_that_it_names() -> None:
    refused = Refused("400 to POST user: size must not be gigantic", status=400, field="customfieldSize")
    assert rejection_of(refused, ["gigantic"]) == Rejection(
        "refused", "customfieldSize", "400 to POST user: size must not be …"
    )
    assert rejection_of(Refused("no", status=400), []).field == ""
