import logging

from pydantic import SecretStr

from backend.watching.logs import RedactingFormatter
from tests.upstreams.driving import settings

KEY = "planted-key-" + "k" * 60


def test_a_record_of_any_length_is_cut_and_shows_no_part_of_a_secret() -> None:
    formatter = RedactingFormatter(lambda: settings(openai_api_key=SecretStr(KEY)))
    text = f"{KEY} {'x' * 99_900} {KEY} {'x' * 5_000_000}"
    record = logging.LogRecord("backend", logging.ERROR, "a.py", 1, text, None, None)
    line = formatter.format(record)
    assert 99_000 < len(line) < 101_000
    assert line.endswith("characters.]")
    assert "kkk" not in line
    for start in range(99_800, 104_200, 100):
        record.msg = f"{'x' * start} {KEY} {'x' * 5_000}"
        assert "kkk" not in formatter.format(record), start
