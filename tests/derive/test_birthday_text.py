from __future__ import annotations

import calendar

import pytest

from smrt_startdeliver.derive.birthday_text import read_birthday, shape


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("1980-03-05", (1980, 3, 5)),
        ("1980-03-05T00:00:00.000Z", (1980, 3, 5)),
        ("1980-03-05 23:30:00+00", (1980, 3, 5)),
        ("0000-03-05", (0, 3, 5)),
        ("03/05/1980", (1980, 3, 5)),
        ("3/5/1980", (1980, 3, 5)),
        ("12/31", (None, 12, 31)),
        ("3/5", (None, 3, 5)),
        ("03-05-1980", (1980, 3, 5)),
        ("3-5", (None, 3, 5)),
        ("March 5", (None, 3, 5)),
        ("mar 05", (None, 3, 5)),
        ("MARCH 5th", (None, 3, 5)),
        ("5th Mar 1980", (1980, 3, 5)),
        ("March 5, 1980", (1980, 3, 5)),
        ("March 5 1980", (1980, 3, 5)),
        ("March 5th,1980", (1980, 3, 5)),
        ("5 March, 1980", (1980, 3, 5)),
        ("22nd sep", (None, 9, 22)),
        ("May 3rd", (None, 5, 3)),
        ("  3/5  ", (None, 3, 5)),
        ("13/31/1980", (1980, 13, 31)),
    ],
)
def test_what_is_accepted(text: str, date: tuple[int | None, int, int]) -> None:
    assert read_birthday(text, day_first=False) == date


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "3/5/80",
        "3-5-80",
        "80-03-05",
        "March 5, 80",
        "March 5 '80",
        "March",
        "March 1980",
        "Sept 5",
        "Marc 5",
        "Mar. 5",
        "5th of March",
        "1980-3-5",
        "1980/03/05",
        "1980-03-05x",
        "1980-03-05 and more",
        "19800305",
        "3/5-1980",
        "3/5/1980 00:00",
        "3.5.1980",
        "003/5",
        "3/5/19800",
        "\uff13/5",  # a digit, but not of ASCII
        "augu\u017ft 5",  # a letter that lowers to s
        "x" * 1_000_000,
        "3/" + " " * 1_000_000 + "5",
    ],
)
def test_anything_else_is_unreadable(text: str) -> None:
    assert read_birthday(text, day_first=False) is None


@pytest.mark.parametrize("month", range(1, 13))
def test_all_months_are_known_whole_and_by_three_letters(month: int) -> None:
    name = calendar.month_name[month]
    for text in (f"{name} 7", f"7 {name}", f"{name[:3]} 7", f"7 {name[:3].upper()}"):
        assert read_birthday(text, day_first=False) == (None, month, 7)


def test_day_first_turns_slashes_and_dashes_round_and_nothing_else() -> None:
    assert read_birthday("5/3/1980", day_first=True) == (1980, 3, 5)
    assert read_birthday("31-12", day_first=True) == (None, 12, 31)
    assert read_birthday("1980-03-05", day_first=True) == (1980, 3, 5)
    assert read_birthday("March 5, 1980", day_first=True) == (1980, 3, 5)


def test_a_shape_shows_no_letter_digit_or_foreign_sign_of_the_value() -> None:
    assert shape("Ann, 3/5/80 (Ünal) \u0663 🎂\n") == "aaa, 9/9/99 (aaaa) 9 ??"


def test_a_shape_has_at_most_40_characters() -> None:
    assert shape("1" * 1_000_000) == "9" * 40
