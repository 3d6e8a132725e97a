"""What the usual exchanges and telephone services call things: data, no code.

Numbers of the samples are invented. The names are those of the public descriptions:
the table ``cdr`` of Asterisk and FreePBX, Binotel's "API CALL SETTINGS" and "API CALL
COMPLETED", the journal of calls of Ringostat (whose webhooks carry the names the user
chooses), the notifications of Zadarma's exchange.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Preset:
    """How a service is read, and a payload of each kind to try it on.

    ``signed`` are the fields a service joins and signs with HMAC-SHA1, by event in
    small letters; "" stands for all other events. ``default_event`` is what a payload
    without an event is.
    """

    name: str
    field_map: dict[str, tuple[str, ...]]
    samples: tuple[dict[str, Any], ...]
    default_event: str = ""
    signed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    echo: str = ""


PRESETS: dict[str, Preset] = {
    "asterisk": Preset(
        name="Asterisk / FreePBX",
        field_map={
            "call_id": ("linkedid", "uniqueid"),
            "event_id": ("uniqueid",),
            "started": ("calldate", "start"),
            "at": ("end",),
            "from": ("src",),
            "to": ("dst",),
            "talk": ("billsec",),
            "total": ("duration",),
            "disposition": ("disposition",),
            "url": ("recordingfile",),
        },
        default_event="cdr",
        samples=(
            {
                "calldate": "2026-03-02 10:15:00",
                "clid": '"Petrenko" <0670001122>',
                "src": "0670001122",
                "dst": "101",
                "dcontext": "from-internal",
                "disposition": "ANSWERED",
                "duration": "75",
                "billsec": "60",
                "uniqueid": "1772439300.17",
                "linkedid": "1772439300.16",
                "did": "380440001122",
                "recordingfile": "in-380440001122-0670001122-20260302.wav",
            },
            {
                "calldate": "2026-03-02 10:20:00",
                "src": "0670001123",
                "dst": "102",
                "disposition": "NO ANSWER",
                "duration": "24",
                "billsec": "0",
                "uniqueid": "1772439600.20",
                "linkedid": "1772439600.20",
            },
        ),
    ),
    "binotel": Preset(
        name="Binotel",
        field_map={
            "call_id": ("callDetails.generalCallID", "generalCallID"),
            "event": ("requestType",),
            "event_id": ("internalNumber",),
            "started": ("callDetails.startTime", "startTime"),
            "direction": ("callDetails.callType", "callType"),
            "client": ("callDetails.externalNumber", "externalNumber"),
            "to": ("callDetails.pbxNumberData.number", "didNumber", "pbxNumber"),
            "extension": (
                "callDetails.internalNumber",
                "callDetails.employeeData.extNumber",
                "internalNumber",
                "extNumber",
            ),
            "talk": ("callDetails.billsec", "billsec"),
            "wait": ("callDetails.waitsec", "waitsec"),
            "disposition": ("callDetails.disposition", "disposition"),
            "url": (
                "callDetails.linkToCallRecordInMyBusiness",
                "callDetails.callRecord",
                "callRecord",
            ),
        },
        default_event="apiCallCompleted",
        samples=(
            {
                "requestType": "receivedTheCall",
                "generalCallID": "4100200300",
                "callType": "0",
                "externalNumber": "0670001122",
                "pbxNumber": "0440001122",
                "companyID": "100200",
            },
            {
                "requestType": "answeredTheCall",
                "generalCallID": "4100200300",
                "callType": "0",
                "externalNumber": "0670001122",
                "internalNumber": "901",
                "companyID": "100200",
            },
            {
                "requestType": "apiCallCompleted",
                "attemptsCounter": "1",
                "callDetails": {
                    "generalCallID": "4100200300",
                    "callType": "0",
                    "startTime": "1772439300",
                    "externalNumber": "0670001122",
                    "internalNumber": "901",
                    "waitsec": "12",
                    "billsec": "60",
                    "disposition": "ANSWER",
                    "pbxNumberData": {"number": "0440001122"},
                    "linkToCallRecordInMyBusiness": "https://records.example.com/1",
                },
            },
        ),
    ),
    "ringostat": Preset(
        name="Ringostat",
        field_map={
            "call_id": ("uniqueid", "call_id"),
            "event": ("event", "moment"),
            "started": ("calldate",),
            "direction": ("call_type", "direction"),
            "from": ("caller", "caller_number"),
            "to": ("dst", "connected_with"),
            "extension": ("employee_number", "employee_extension"),
            "talk": ("billsec",),
            "total": ("duration",),
            "wait": ("waittime",),
            "disposition": ("disposition",),
            "url": ("recording",),
        },
        default_event="after_call",
        samples=(
            {
                "event": "before_call",
                "uniqueid": "ua0_-1772439300.101",
                "calldate": "2026-03-02 10:15:00",
                "call_type": "in",
                "caller": "380670001122",
                "dst": "380440001122",
            },
            {
                "event": "after_call",
                "uniqueid": "ua0_-1772439300.101",
                "calldate": "2026-03-02 10:15:00",
                "call_type": "in",
                "caller": "380670001122",
                "dst": "380440001122",
                "employee_number": "104",
                "waittime": "9",
                "billsec": "60",
                "disposition": "ANSWERED",
                "recording": "https://records.example.com/2.mp3",
            },
        ),
    ),
    "zadarma": Preset(
        name="Zadarma",
        field_map={
            "call_id": ("pbx_call_id",),
            "event": ("event",),
            "event_id": ("internal",),
            "started": ("call_start",),
            "from": ("caller_id",),
            "to": ("destination", "called_did"),
            "extension": ("internal",),
            "talk": ("duration",),
            "disposition": ("disposition",),
        },
        default_event="other",
        signed={
            "": ("caller_id", "called_did", "call_start"),
            "notify_answer": ("caller_id", "destination", "call_start"),
            "notify_out_start": ("internal", "destination", "call_start"),
            "notify_out_end": ("internal", "destination", "call_start"),
            "notify_record": ("pbx_call_id", "call_id_with_rec"),
        },
        echo="zd_echo",
        samples=(
            {
                "event": "NOTIFY_START",
                "call_start": "2026-03-02 10:15:00",
                "pbx_call_id": "in_1a2b3c4d5e6f",
                "caller_id": "+380670001122",
                "called_did": "380440001122",
            },
            {
                "event": "NOTIFY_ANSWER",
                "call_start": "2026-03-02 10:15:00",
                "pbx_call_id": "in_1a2b3c4d5e6f",
                "caller_id": "+380670001122",
                "destination": "103",
                "internal": "103",
            },
            {
                "event": "NOTIFY_END",
                "call_start": "2026-03-02 10:15:00",
                "pbx_call_id": "in_1a2b3c4d5e6f",
                "caller_id": "+380670001122",
                "called_did": "380440001122",
                "internal": "103",
                "duration": "60",
                "disposition": "answered",
                "status_code": "16",
                "is_recorded": "1",
                "call_id_with_rec": "1772439300.4242424",
            },
        ),
    ),
}
