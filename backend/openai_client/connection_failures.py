"""Which of the many faces of a broken connection this is: told by the causes beneath the error.

The type on top says little. The SDK's aiohttp transport reports a refused connection and a
dropped one as time-outs, and httpx2 hides the operating system's error three causes deep.
"""

import socket
import ssl
from collections.abc import Iterator

import aiohttp
import anyio
import httpx2
import openai

from backend.config.settings import Settings
from backend.domain.errors import (
    UpstreamBroken,
    UpstreamError,
    UpstreamTimeout,
    UpstreamUnreachable,
)

CONNECTION_ERRORS: tuple[type[Exception], ...] = (
    openai.APIConnectionError,
    httpx2.RequestError,
    httpx2.StreamError,
    aiohttp.ClientError,
    anyio.EndOfStream,
    ssl.SSLError,
    ConnectionError,
    socket.gaierror,
    TimeoutError,
)

_CUT = (
    httpx2.RemoteProtocolError,
    httpx2.ReadError,
    httpx2.WriteError,
    httpx2.StreamError,
    httpx2.DecodingError,
    aiohttp.ServerDisconnectedError,
    aiohttp.ClientPayloadError,
    aiohttp.ClientOSError,
    anyio.EndOfStream,
    ConnectionError,
)
_TLS = (ssl.SSLError, ssl.CertificateError, aiohttp.ClientSSLError)
_CONNECT_TIMED_OUT = (
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    aiohttp.ConnectionTimeoutError,
)
_TIMED_OUT = (
    httpx2.TimeoutException,
    openai.APITimeoutError,
    aiohttp.ServerTimeoutError,
    TimeoutError,
)
_DEPTH = 12


def connection_failure(error: Exception, where: str, settings: Settings) -> UpstreamError:
    """Our error for one of `CONNECTION_ERRORS`; `where` names the server in the sentence."""
    causes = [cause for cause in _causes(error) if not _is_retry_signal(cause)]

    def any_of(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if any_of(socket.gaierror, aiohttp.ClientConnectorDNSError):
        return UpstreamUnreachable(
            f"The host of {where} is not known. Check the base URL on /setup and the network."
        )
    if any_of(*_TLS):
        return UpstreamUnreachable(
            f"No secure connection to {where} could be made. Check that the base URL on /setup "
            "rightly says https:// and that the server's certificate is valid."
        )
    if any_of(ConnectionRefusedError):
        return UpstreamUnreachable(
            f"Nothing answers at {where}. Start the server there, or correct the base URL on "
            "/setup."
        )
    if any_of(httpx2.ProxyError, aiohttp.ClientProxyConnectionError):
        return UpstreamUnreachable(
            f"The proxy on the way to {where} failed. Check the proxy settings of this machine."
        )
    if any_of(*_CUT) and not any_of(httpx2.ConnectError, aiohttp.ClientConnectorError):
        return UpstreamBroken(
            f"The connection to {where} broke before the answer was complete. Try again."
        )
    if any_of(httpx2.ConnectError, aiohttp.ClientConnectorError):
        return UpstreamUnreachable(
            f"{where} cannot be reached. Check the base URL on /setup and the network."
        )
    if any_of(*_CONNECT_TIMED_OUT):
        return UpstreamUnreachable(
            f"{where} did not accept a connection within "
            f"{settings.upstream_connect_timeout_s:g} seconds. Check the base URL on /setup and "
            "the network."
        )
    if any_of(*_TIMED_OUT):
        return UpstreamTimeout(
            f"{where} was silent for {settings.upstream_stall_timeout_s:g} seconds. Try again; if "
            "the model needs longer, raise UPSTREAM_STALL_TIMEOUT_S."
        )
    return UpstreamUnreachable(
        f"{where} cannot be reached. Check the base URL on /setup and the network."
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what is beneath it, grouped errors included."""
    pending: list[BaseException] = [error]
    for _ in range(_DEPTH):
        if not pending:
            return
        current = pending.pop(0)
        yield current
        if isinstance(current, BaseExceptionGroup):
            pending.extend(current.exceptions)
        beneath = current.__cause__ or current.__context__
        if beneath is not None:
            pending.append(beneath)


def _is_retry_signal(cause: BaseException) -> bool:
    """A TLS socket's "not yet" is control flow that lingers in contexts."""
    return isinstance(cause, ssl.SSLWantReadError | ssl.SSLWantWriteError)
