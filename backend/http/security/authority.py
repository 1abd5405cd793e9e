"""The host a request is for: `host[:port]`, parsed strictly, and the patterns that allow it.

https://www.rfc-editor.org/rfc/rfc9110#name-host-and-authority
https://www.rfc-editor.org/rfc/rfc6454#section-6.2
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address

_AUTHORITY = re.compile(
    r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)(?::(?P<port>[0-9]{1,5}))?",
    re.ASCII,
)
_LONGEST = 260
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Authority:
    """A host, and a port if one was given."""

    host: str
    """Lower case; an IPv6 address in brackets and in its shortest form."""
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Authority | None":
        """Returns None for anything but a host and a port: user names, a trailing dot, …"""
        match = _AUTHORITY.fullmatch(text.lower()) if len(text) <= _LONGEST else None
        if match is None or ".." in match["host"]:
            return None
        host, port = match["host"], int(match["port"]) if match["port"] else None
        if port is not None and not 0 < port < 65536:
            return None
        if host.startswith("["):
            try:
                host = f"[{IPv6Address(host[1:-1])}]"
            except AddressValueError:
                return None
        return cls(host, port)

    @property
    def is_ipv6(self) -> bool:
        return self.host.startswith("[")

    def __str__(self) -> str:
        return self.host if self.port is None else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Origin:
    """A web page's origin as browsers send it."""

    scheme: str
    authority: Authority

    @classmethod
    def parse(cls, text: str) -> "Origin | None":
        """Returns None for `null`, other schemes and anything with a path."""
        scheme, separator, rest = text.partition("://")
        authority = Authority.parse(rest)
        if not separator or scheme.lower() not in _DEFAULT_PORTS or authority is None:
            return None
        return cls(scheme.lower(), authority)

    def is_of(self, host: Authority) -> bool:
        """Whether the page came from `host`.

        A proxy may terminate TLS, so the scheme of the request does not tell; the scheme of the
        origin says which port is meant where none is written.
        """
        default = _DEFAULT_PORTS[self.scheme]
        return self.authority.host == host.host and (
            (self.authority.port or default) == (host.port or default)
        )


@dataclass(frozen=True, slots=True)
class HostPattern:
    """An entry of `ALLOWED_HOSTS`: `name`, `name:port`, `*.example.com`, an address."""

    authority: Authority
    subdomains: bool = False

    @classmethod
    def parse(cls, entry: str) -> "HostPattern | None":
        name = entry.removeprefix("*.")
        if name.count(":") > 1 and not name.startswith("["):
            name = f"[{name}]"
        authority = Authority.parse(name)
        return cls(authority, subdomains=entry.startswith("*.")) if authority else None

    def allows(self, authority: Authority) -> bool:
        if self.authority.port not in (None, authority.port):
            return False
        if self.subdomains:
            return authority.host.endswith("." + self.authority.host)
        return authority.host == self.authority.host
