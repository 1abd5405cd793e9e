"""What the server reads of the sandbox: nothing but headers of the right form."""

import pytest

from backend.tools.code_interpreter.guest.frames import PREFIX, BadFrame, Header, decode, lengths


def test_a_header_of_the_right_form_is_read() -> None:
    body = b'{"kind": "done", "number": 3, "error": "x"}'
    assert decode(body, 0) == Header("done", 0, number=3, error="x")


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"no JSON",
        b"\xff",
        b"{}",
        b'{"kind": "done", "number": 1, "error": ["x"]}',
        b'{"kind": "done", "number": "1"}',
        b'{"kind": "done", "strange": 1}',
        b"[" * 60_000,
    ],
)
def test_any_other_is_refused(body: bytes) -> None:
    with pytest.raises(BadFrame):
        decode(body, 0)


def test_a_header_of_any_length_is_refused() -> None:
    with pytest.raises(BadFrame):
        lengths(PREFIX.pack(2**31, 0))
