"""Where the name of a server leads to. A server on the internet never becomes one of this network.

What can be held against a name that is made to resolve to another address ("DNS rebinding"): over
https whoever answers needs a certificate for the name; and once a name has led to the internet, an
answer from this machine or its network is not read, and the connection ends. A request that has been
sent by then cannot be taken back: it holds nothing but what was meant for that name. A name that leads
to this network from the start is taken for what it says, since whoever wrote it into the configuration
may well mean that; which place it was is forgotten with the process.
"""

from ipaddress import IPv6Address, ip_address


class Moved(Exception):
    """The name leads to this network now. Its message is a sentence."""


class Place:
    def __init__(self) -> None:
        self._was_on_the_internet = False

    def check(self, address: str) -> None:
        """Look at the address of who answers. Raises `Moved`."""
        if is_on_the_internet(address):
            self._was_on_the_internet = True
        elif self._was_on_the_internet:
            raise Moved("Its name led to the internet before, and leads to this network now.")


def is_on_the_internet(address: str) -> bool:
    """Whether an IP address can be reached from everywhere. Anything else cannot."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip.sixtofour or ip
    return ip.is_global
