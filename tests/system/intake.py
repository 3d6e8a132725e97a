"""What tests of the doors for requests share: channels, people, the ledger."""

from collections import Counter
from typing import Any

from background import wait_until
from clients import XmlRpc
from doors import Door

PLENTY = 1_000_000


def make_channel(rpc: XmlRpc, code: str, kind: str, **values: Any) -> Door:
    """Make a channel that limits nobody; return a sender at its door."""
    channel = rpc.call(
        "lead.channel",
        "create",
        {
            "name": code,
            "code": code,
            "kind": kind,
            "address_limit": PLENTY,
            "channel_limit": PLENTY,
            **values,
        },
    )
    return open_door(rpc, channel)


def open_door(rpc: XmlRpc, channel: int) -> Door:
    [found] = rpc.call(
        "lead.channel", "read", [channel], ["token", "secret", "is_signed"]
    )
    secret = found["secret"] if found["is_signed"] else ""
    return Door(rpc.url, found["token"], secret)


def count_states(rpc: XmlRpc, channels: list[str]) -> Counter[str]:
    """:return: how many requests of the channels are in each state"""
    domain = [("channel_id.code", "in", channels)]
    found = rpc.call("lead.request", "search_read", domain, ["state"])
    return Counter(request["state"] for request in found)


def wait_until_worked_on(rpc: XmlRpc, channels: list[str], *, timeout: float) -> None:
    wait_until(
        lambda: not count_states(rpc, channels)["new"],
        "all requests were worked on",
        timeout=timeout,
    )


def read_requests(rpc: XmlRpc, channels: list[str]) -> list[dict[str, Any]]:
    """:return: number, event_key, state, lead_id and partner_id (0 for none)"""
    names = ["number", "event_key", "state", "lead_id", "partner_id"]
    domain = [("channel_id.code", "in", channels)]
    found: list[dict[str, Any]] = rpc.call("lead.request", "search_read", domain, names)
    for request in found:
        for name in ("lead_id", "partner_id"):
            request[name] = request[name][0] if request[name] else 0
    return found


def make_managers(rpc: XmlRpc, capacities: dict[int, int]) -> int:
    """Make a sales team with a manager for each entry.

    :param capacities: number of a manager -> most open leads, 0 for no limit
    :return: id of the team; the managers log in as ``manager<number>``
    """
    groups = [
        rpc.call("ir.model.data", "check_object_reference", module, name)[1]
        for module, name in (
            ("base", "group_user"),
            ("client_base", "group_client_user"),
        )
    ]
    team: int = rpc.call("crm.team", "create", {"name": "Team of the door"})
    users = rpc.call(
        "res.users",
        "create",
        [
            {
                "name": f"Manager {number}",
                "login": f"manager{number}",
                "group_ids": [(6, 0, groups)],
            }
            for number in capacities
        ],
    )
    members = [
        {"crm_team_id": team, "user_id": user, "lead_capacity": capacity}
        for user, capacity in zip(users, capacities.values(), strict=True)
    ]
    rpc.call("crm.team.member", "create", members)
    return team
