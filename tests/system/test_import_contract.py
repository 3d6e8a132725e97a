"""Files with clients as a script drives them: the contract of docs/sync.md."""

import base64
import xmlrpc.client

import pytest
from clients import Json2, Json2Error, XmlRpc

TABLE = """Code;Name;Phone;E-mail
A1;Ridge Timber;067 555 01 11;office@ridge.example
A2;Sonechko;067 555 01 12, 050 555 01 13;no e-mail
;;;
A3;;;
"""


def as_values(text: str | bytes, filename: str = "clients.csv") -> dict[str, str]:
    raw = text.encode() if isinstance(text, str) else text
    return {"data": base64.b64encode(raw).decode(), "filename": filename}


def count_verdicts(rpc: XmlRpc, file_id: int) -> dict[str, int]:
    rows = rpc.call(
        "client.import.row",
        "search_read",
        [("import_id", "=", file_id)],
        ["verdict"],
    )
    verdicts = [row["verdict"] for row in rows]
    return {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))}


def bring_in(rpc: XmlRpc, values: dict[str, str]) -> int:
    file_id = int(rpc.call("client.import", "create", values))
    rpc.call("client.import", "action_read", [file_id])
    return file_id


def test_every_row_is_accounted_for_and_the_same_file_changes_nothing(
    rpc: XmlRpc,
) -> None:
    first = bring_in(rpc, as_values(TABLE))
    assert count_verdicts(rpc, first) == {"create": 2, "rejected": 1}
    rpc.call("client.import", "action_apply", [first])
    [file] = rpc.call("client.import", "read", [first], ["state", "done_count"])
    assert (file["state"], file["done_count"]) == ("done", 2)
    second = bring_in(rpc, as_values(TABLE))
    assert count_verdicts(rpc, second) == {"rejected": 1, "unchanged": 2}


def test_reason_is_a_sentence(rpc: XmlRpc) -> None:
    file_id = bring_in(rpc, as_values("Name;Phone\n;12\nNorthwood;067 555 01 19\n"))
    rows = rpc.call(
        "client.import.row",
        "search_read",
        [("import_id", "=", file_id)],
        ["reason", "change_summary", "message"],
    )
    assert all(row["reason"].endswith(".") for row in rows)


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n" + b"0" * 64, b"<html><body>no</body></html>"]
)
def test_bad_file_is_refused_and_not_stored(rpc: XmlRpc, content: bytes) -> None:
    before = rpc.call("client.import", "search_count", [])
    with pytest.raises(xmlrpc.client.Fault) as refusal:
        rpc.call("client.import", "create", as_values(content, "clients.xlsx"))
    assert refusal.value.faultCode == 2
    assert rpc.call("client.import", "search_count", []) == before


def test_export_comes_back_unchanged(rpc: XmlRpc, json2: Json2) -> None:
    rpc.call("res.partner", "create", {"name": "Baltic Tools", "phone": "12"})
    [export_id] = json2.call(
        "client.export", "create", vals_list=[{"scope": "all", "file_format": "xls"}]
    )
    json2.call("client.export", "action_export", ids=[export_id])
    [export] = json2.call(
        "client.export", "read", ids=[export_id], fields=["data", "filename"]
    )
    file_id = bring_in(rpc, {"data": export["data"], "filename": export["filename"]})
    assert set(count_verdicts(rpc, file_id)) == {"unchanged"}


def test_refusal_at_the_json_door_is_no_server_error(json2: Json2) -> None:
    with pytest.raises(Json2Error) as refusal:
        json2.call("client.import", "create", vals_list=[as_values(b"")])
    assert refusal.value.status == 422
