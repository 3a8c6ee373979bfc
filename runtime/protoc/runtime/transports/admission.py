"""Who may connect to a listening address."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from protoc.runtime.protocol import Server


class Admission:
    """The rules of a link: how many at once, and from where.

    Args:
        server: the link's row; None lets everybody in.
    """

    def __init__(self, server: Server | None = None) -> None:
        server = server or Server()
        self._most = server.max_connections
        self._networks = [ip_network(each, strict=False) for each in server.allow]

    def refusal(self, peer: Sequence[object], connected: int) -> str:
        """Why a peer is not let in while so many are connected; empty when it is.

        Args:
            peer: its socket address.
            connected: how many are there already.
        """
        if self._networks and not self._allowed(str(peer[0])):
            return "its address is not allowed"
        return self.full(connected)

    def full(self, connected: int) -> str:
        """Why nobody more is let in; empty while there is room."""
        if self._most is not None and connected >= self._most:
            return f"{connected} are connected, which is all there is room for"
        return ""

    def _allowed(self, host: str) -> bool:
        address: IPv4Address | IPv6Address = ip_address(host.partition("%")[0])
        # On a socket for both an IPv4 address looks like ::ffff:10.0.0.1.
        mapped = getattr(address, "ipv4_mapped", None) or address
        return any(mapped in network for network in self._networks)
