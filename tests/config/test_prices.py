"""Prices are a setting that says what is wrong with it."""

from pathlib import Path

import pytest

from backend.config.configuration import Configuration
from backend.domain.errors import InvalidSettings


def configured(folder: Path, prices: str) -> Configuration:
    (folder / ".env").write_text(f"PRICES='{prices}'\n")
    return Configuration(folder / ".env")


def test_prices_are_json_in_one_line_or_several(tmp_path: Path) -> None:
    text = (
        '{"a*": {"input": 1, "output": 2.5},\n "*": {"input": 0, "output": 0, "currency": "NOK"}}'
    )
    prices = configured(tmp_path, text).settings.prices or {}
    assert [(name, price.currency) for name, price in prices.items()] == [
        ("a*", "USD"),
        ("*", "NOK"),
    ]
    assert (prices["a*"].output, prices["a*"].cached) == (2.5, None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gpt-5=1.25", "PRICES in .env must be JSON such as {"),
        ("[1]", "but it is another thing: input should be a valid dictionary"),
        ('{"a": 1}', "but in a: "),
        ('{"a": {"input": -1, "output": 1}}', "but in a.input: input should be greater"),
        ('{"a": {"input": 1}}', "but in a.output: field required"),
        ('{"a": {"input": 1, "output": 1, "curency": "EUR"}}', "but in a.curency: "),
        ('{"a": {"input": 1, "output": 1, "currency": "€"}}', "but in a.currency: "),
        ('{"a": {"input": NaN, "output": 1}}', "but in a.input: "),
    ],
)
def test_bad_prices_say_where_they_are_bad(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InvalidSettings) as refused:
        configured(tmp_path, text)
    assert words in str(refused.value)
