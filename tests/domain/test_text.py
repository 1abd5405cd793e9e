import json
import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.text import JsonStreamCleaner, clean_json, clean_text

ANY = st.text(
    st.characters(codec=None, exclude_categories=()) | st.sampled_from('\0\ud83d\ude00\\"u')
)


@given(ANY)
def test_cleaned_text_can_be_stored_and_keeps_its_length(text: str) -> None:
    clean = clean_text(text)
    clean.encode()
    assert "\0" not in clean
    assert len(clean.encode("utf-16-le")) == len(text.encode("utf-16-le", "surrogatepass"))
    assert clean_text(clean) == clean


@given(ANY, st.booleans())
def test_cleaning_json_cleans_the_text_in_it(text: str, escaped: bool) -> None:
    written = json.dumps({"a": [text]}, ensure_ascii=escaped).encode(errors="surrogatepass")
    try:
        written.decode()
    except UnicodeDecodeError:
        return
    assert json.loads(clean_json(written)) == {"a": [clean_text(json.loads(written)["a"][0])]}


@given(st.text(), st.lists(st.integers(min_value=0, max_value=30)))
def test_a_surrogate_pair_cut_between_deltas_is_joined(text: str, cuts: list[int]) -> None:
    units = text.encode("utf-16-le")
    places = sorted({0, len(units), *(2 * cut for cut in cuts if 2 * cut < len(units))})
    cleaner = JsonStreamCleaner()
    deltas = []
    for start, end in pairwise(places):
        delta = units[start:end].decode("utf-16-le", "surrogatepass")
        cleaned = cleaner.clean(json.dumps({"type": "delta", "delta": delta}).encode())
        deltas.append(json.loads(cleaned)["delta"])
    assert "".join(deltas) == clean_text(text)


def test_invalid_utf8_in_a_stream_is_replaced() -> None:
    assert JsonStreamCleaner().clean(b'"a\xffb"') == '"a\ufffdb"'.encode()


def test_text_that_only_looks_like_an_escape_is_kept() -> None:
    written = rb'["\\ud83d", "\\u0000", "C:\\users"]'
    assert clean_json(written) == written


def test_cleaning_json_looks_fast_through_the_text_between_escapes() -> None:
    written = b'"' + b"x" * (8 << 20) + rb'\u0000"'

    def cost_s() -> float:
        before_s = time.thread_time()
        clean_json(written)
        return time.thread_time() - before_s

    # Usually a tenth of it; looking at each letter takes four times as long.
    assert any(cost_s() < 0.2 for _ in range(5))
