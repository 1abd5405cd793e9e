import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.http.security.authority import Authority, HostPattern, Origin


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("localhost", "localhost", None),
        ("LocalHost:8000", "localhost", 8000),
        ("127.0.0.1:1", "127.0.0.1", 1),
        ("[::1]:65535", "[::1]", 65535),
        ("[0:0:0:0:0:0:0:1]", "[::1]", None),
        ("[::FFFF:1.2.3.4]", "[::ffff:102:304]", None),
        ("my_host.example", "my_host.example", None),
    ],
)
def test_a_host_is_read_in_lower_case_and_shortest_form(
    text: str, host: str, port: int | None
) -> None:
    authority = Authority.parse(text)
    assert authority is not None
    assert authority.port == port
    assert authority.host in (host, "[::ffff:1.2.3.4]")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " localhost",
        "localhost ",
        "localhost.",
        "localhost..evil.example",
        ".localhost",
        "localhost:",
        "localhost:0",
        "localhost:65536",
        "localhost:8000:8000",
        "localhost:８０",
        "localhost:+80",
        "localhost:-1",
        "user@localhost",
        "localhost@evil.example",
        "localhost/",
        "localhost#evil.example",
        "localhost?x",
        "localhost,evil.example",
        "localhost\\evil.example",
        "localhost\nevil",
        "localhost\x00",
        "loc%61lhost",
        "[::1",
        "::1",
        "[::1%lo]",
        "[:::1]",
        "[127.0.0.1]",
        "[]",
        "http://localhost",
        "lоcalhost",
        "a" * 300,
    ],
)
def test_anything_else_is_no_host(text: str) -> None:
    assert Authority.parse(text) is None


@given(st.text(max_size=40))
def test_what_is_read_is_written_and_read_the_same(text: str) -> None:
    authority = Authority.parse(text)
    if authority is not None:
        assert Authority.parse(str(authority)) == authority


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://localhost:8000", "localhost:8000", True),
        ("HTTP://LOCALHOST:8000", "localhost:8000", True),
        ("http://localhost", "localhost", True),
        ("http://localhost", "localhost:80", True),
        ("http://localhost:80", "localhost", True),
        ("https://chat.example", "chat.example", True),
        ("https://chat.example:443", "chat.example", True),
        ("http://[::1]:8000", "[0::1]:8000", True),
        ("http://localhost:8001", "localhost:8000", False),
        ("http://localhost", "localhost:8000", False),
        ("https://localhost", "localhost:80", False),
        ("http://127.0.0.1:8000", "localhost:8000", False),
        ("http://localhost.evil.example:8000", "localhost:8000", False),
    ],
)
def test_an_origin_is_of_a_host_by_name_and_port(origin: str, host: str, same: bool) -> None:
    parsed, authority = Origin.parse(origin), Authority.parse(host)
    assert parsed is not None
    assert authority is not None
    assert parsed.is_of(authority) is same


@pytest.mark.parametrize(
    "text",
    ["", "null", "localhost", "file://", "ftp://localhost", "http://", "http://localhost/", "http://a b",
     "http://user@localhost", "http://localhost http://evil.example", "javascript://localhost"],
)  # fmt: skip
def test_anything_else_is_no_origin(text: str) -> None:
    assert Origin.parse(text) is None


@pytest.mark.parametrize(
    ("entry", "allowed", "refused"),
    [
        ("chat.example", ["chat.example", "CHAT.example:8443"], ["a.chat.example", "chat.example.org"]),
        ("chat.example:8443", ["chat.example:8443"], ["chat.example", "chat.example:443"]),
        ("*.example.com", ["a.example.com", "a.b.example.com:1"], ["example.com", "aexample.com"]),
        ("fe80::1", ["[fe80::1]:8000"], ["[fe80::2]"]),
        ("[fe80::1]:8000", ["[FE80:0::1]:8000"], ["[fe80::1]:8001"]),
    ],
)  # fmt: skip
def test_a_pattern_allows_its_hosts_and_no_others(
    entry: str, allowed: list[str], refused: list[str]
) -> None:
    pattern = HostPattern.parse(entry)
    assert pattern is not None
    for text in allowed + refused:
        authority = Authority.parse(text)
        assert authority is not None
        assert pattern.allows(authority) is (text in allowed), text


@pytest.mark.parametrize("entry", ["*", "*.", "http://chat.example", "a b", "a.*.example", ""])
def test_a_pattern_that_could_match_anything_is_none(entry: str) -> None:
    assert HostPattern.parse(entry) is None
