"""What counts as one sender: an IPv4 address, or the /64 that an IPv6 customer owns."""

import ipaddress


def network(address: str) -> str:
    """The network of a client's IP address for limits. What is no address counts as one unknown network."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False).network_address)
    return str(ip)
