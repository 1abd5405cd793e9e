import logging

import pytest

from backend.http.security.authority import Authority
from backend.http.security.headers import content_security_policy
from tests.http.security.door import house, request
from tests.serving import serve


async def test_every_answer_carries_the_security_headers(caplog: pytest.LogCaptureFixture) -> None:
    async with serve(house()) as url:
        with caplog.at_level(logging.CRITICAL, "uvicorn.error"):
            answers = [
                await request(url, "GET /api/whoami HTTP/1.1", "Host: localhost"),
                await request(url, "GET /api/whoami HTTP/1.1", "Host: evil.example"),
                await request(url, "GET /nowhere HTTP/1.1", "Host: localhost"),
                await request(url, "GET /api/crash HTTP/1.1", "Host: localhost"),
            ]
    assert [answer.status for answer in answers] == [200, 421, 404, 500]
    for answer in answers:
        policy = answer.header("content-security-policy")
        assert policy is not None
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "trusted-types service-worker" in policy
        assert "unsafe" not in policy
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("referrer-policy") == "no-referrer"
        assert answer.header("cross-origin-opener-policy") == "same-origin"
        assert answer.header("cross-origin-resource-policy") == "same-origin"
        assert answer.header("cache-control") == "no-store"
        assert answer.header("permissions-policy") == "camera=(), geolocation=(), microphone=()"
        assert answer.header("server") is None


async def test_a_failure_tells_the_log_what_happened_and_the_visitor_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serve(house()) as url:
        answer = await request(url, "GET /api/crash HTTP/1.1", "Host: localhost")
    assert '"code":"internal_error"' in answer.body
    assert "detail" not in answer.body
    assert "a detail for the log" in caplog.text


def test_the_policy_names_the_sockets_of_the_host_that_was_asked() -> None:
    named = content_security_policy(Authority("chat.example", 8443))
    assert "connect-src 'self' ws://chat.example:8443 wss://chat.example:8443;" in named
    assert "connect-src 'self';" in content_security_policy(None)
    assert "connect-src 'self';" in content_security_policy(Authority("[::1]", 8000))
