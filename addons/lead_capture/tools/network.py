"""IP addresses: whether one is of the internet, and who counts as one sender."""

import ipaddress
from typing import Final

__all__ = ["is_public_address", "name_network"]

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_SITE_BITS: Final = 64  # of version 6: what a single line or server is given at least

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public_address(address: str) -> bool:
    """Tell whether an IP address is one of the internet, not of a network of one's own.

    An address of version 4 that is written as one of version 6 counts as what it is.
    """
    found = _read(address)
    return found is not None and found.is_global and not found.is_multicast


def name_network(address: str) -> str:
    """Name the network whose owner sends from an address: he counts as one sender.

    Of version 4 it is the address itself. Of version 6 it is the /64 network: whoever
    has it could send from a new address each time. What is no address names itself.
    """
    found = _read(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((found, _SITE_BITS), strict=False))
    return str(found) if found else address


def _read(address: str) -> Address | None:
    """:return: the address, of version 4 where it holds one; nothing when it is none"""
    try:
        found = ipaddress.ip_address(address.split("%", maxsplit=1)[0].strip())
    except ValueError:
        return None
    return _inner(found) if isinstance(found, ipaddress.IPv6Address) else found


def _inner(address: ipaddress.IPv6Address) -> Address:
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
