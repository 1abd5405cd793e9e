"""Which addresses are on the internet, and where a login may lead."""

import httpx2
import pytest

from backend.mcp.failures import LoginFailed
from backend.mcp.place import Moved, Place
from backend.mcp.protection import check_protected

INTERNET = ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"]
NETWORK = ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "::1", "fe80::1%eth0"]
DISGUISED = ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "0.0.0.0", "/run/socket"]


@pytest.mark.parametrize("local", [*NETWORK, *DISGUISED])
@pytest.mark.parametrize("address", INTERNET)
def test_a_name_may_lead_from_this_network_to_the_internet_and_never_back(
    address: str, local: str
) -> None:
    place = Place()
    for each in (local, local, address, address):
        place.check(each)
    with pytest.raises(Moved, match="leads to this network now"):
        place.check(local)


@pytest.mark.parametrize(
    ("server", "address"),
    [
        ("https://x.example/mcp", "https://login.example/token"),
        ("http://127.0.0.1:9/mcp", "http://localhost:8/token"),
        ("http://lan.example/mcp", "http://lan.example/token"),
    ],
)
def test_a_login_may_lead_where_it_is_protected(server: str, address: str) -> None:
    check_protected(httpx2.URL(address), httpx2.URL(server))


@pytest.mark.parametrize(
    ("server", "address"),
    [
        ("https://x.example/mcp", "http://login.example/token"),
        # What a server elsewhere wants of this machine is nothing that helps to log in.
        ("https://x.example/mcp", "http://127.0.0.1:8080/admin"),
        ("https://x.example/mcp", "http://[::1]/"),
        ("http://lan.example/mcp", "http://localhost/"),
        ("https://x.example/mcp", "file:///etc/passwd"),
    ],
)
def test_a_login_leads_neither_to_clear_text_nor_to_this_machine(server: str, address: str) -> None:
    with pytest.raises(LoginFailed):
        check_protected(httpx2.URL(address), httpx2.URL(server))
