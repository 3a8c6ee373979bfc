"""What a connector holds that is no matter of a line: why it is not imported, by element.

Names are in lower case. A path is given by its last steps, the longest that fits counts.
"""

from __future__ import annotations

_SHOWN = "says how the platform shows it"
_WATCHED = "is for the alarms and trends of the platform"
_ABOUT = "tells the platform about the connector"
_CODE = "belongs to the code of the connector"
_TABLE = "tables are filled by code, not by a line"
_SNMP = "belongs to SNMP"
_HTTP = "belongs to HTTP"
_PLATFORM = "matters to the platform only"
_PORT = "is set in the URL of the line"

ELEMENTS: dict[str, str] = {
    # about the connector
    "integrationid": _ABOUT,
    "provider": _ABOUT,
    "vendoroid": _ABOUT,
    "deviceoid": _ABOUT,
    "elementtype": _ABOUT,
    "compliancies": _ABOUT,
    "versionhistory": _ABOUT,
    "systemoptions": _PLATFORM,
    "protocol/display": _SHOWN,
    "internallicenses": _ABOUT,
    "exportrules": _PLATFORM,
    "generalparameters": _PLATFORM,
    "apppackages": _PLATFORM,
    "baselines": _WATCHED,
    "mediation": _PLATFORM,
    "initialsetup": _PLATFORM,
    "icons": _SHOWN,
    # other domains
    "snmp": _SNMP,
    "http": _HTTP,
    "chains": _PLATFORM,
    "topologies": _PLATFORM,
    "treecontrols": _SHOWN,
    "relations": _TABLE,
    "dves": _PLATFORM,
    "parametergroups": _PLATFORM,
    "trapmapping": _SNMP,
    "redundancy": _PLATFORM,
    "ownership": _PLATFORM,
    # params
    "param/display": _SHOWN,
    "param/alarm": _WATCHED,
    "param/information": _SHOWN,
    "information": _SHOWN,
    "param/measurement": _SHOWN,
    "measurement/type": _SHOWN,
    "discreets/discreet": _SHOWN,
    "measurement/discreets": _SHOWN,
    "arrayoptions": _TABLE,
    "matrix": _TABLE,
    "mediate": _PLATFORM,
    "dashboard": _SHOWN,
    "replication": _PLATFORM,
    "hyperlinks": _SHOWN,
    "message": _SHOWN,
    "param/icon": _SHOWN,
    "database": _PLATFORM,
    "fuzzylogic": _WATCHED,
    "learningbase": _WATCHED,
    "interprete/rounding": "numbers keep all their digits",
    "interprete/decimals": "numbers keep all their digits",
    "interprete/others": "values that the raw type does not allow are left out",
    "interprete/alignment": "digits that share bytes with bits begin where the bits do",
    "interprete/length": "the size comes from the value, or from what follows",
    "param/crc": "only a param of type `crc` has a checksum",
    "param/length": "only a param of type `length` has positions",
    "scale/type": _SHOWN,
    "exception/value": _WATCHED,
    "display/value": _SHOWN,
    # connections
    "skipcertificateverification": _HTTP,
    "getcommunity": _SNMP,
    "setcommunity": _SNMP,
    "ssh": "lines over SSH are opened outside, and given as a URL",
    "pollinginterval": _PLATFORM,
    "hosts": _PLATFORM,
    "connections/connection": _PLATFORM,
    "usersettings": _PLATFORM,
    "communicationoptions": _PLATFORM,
    "threads": "each line has one queue",
    "notimeouts": "every timeout of an answer counts as one",
    "notimeout": "every timeout of an answer counts as one",
    # objects
    "group/param": _SNMP,
    "content/param": _SNMP,
    "content/session": _HTTP,
    "group/description": _SHOWN,
    "trigger/description": _SHOWN,
    "action/description": _SHOWN,
    "timer/description": _SHOWN,
    "websocketmessagetype": "belongs to WebSockets",
}

_CHOSEN = "says what may be chosen in the platform"
ELEMENTS |= dict.fromkeys(("porttypeip", "porttypeudp", "porttypeserial"), _CHOSEN)
ELEMENTS |= {
    f"{name}/{part}": _CHOSEN
    for part in ("value", "range", "disabled")
    for name in (
        "portsettings/type", "ipport", "localipport", "baudrate", "databits", "parity", "stopbits",
        "flowcontrol", "busaddress", "timeouttime", "timeouttimeelement", "retries",
        "pinginterval", "slowpoll", "slowpollbase", "flushperdatagram",
    )
}  # fmt: skip

ATTRIBUTES: dict[str, str] = {
    "@includepages": _SNMP,
    "@visibleinui": _SHOWN,
    "@encoding": _CODE,
    "@dllimport": _CODE,
    "@include": _CODE,
    "@row": _TABLE,
    "exception@id": _WATCHED,
    "discreet@options": _SHOWN,
    "display@state": _SHOWN,
    "@dependencyid": _SHOWN,
    "@dependencyvalues": _SHOWN,
    "@trending": _WATCHED,
    "@historyset": _WATCHED,
    "@export": _PLATFORM,
    "@duplicateas": _PLATFORM,
    "@confirmpopup": _SHOWN,
    "@virtual": _PLATFORM,
    "@hashed": _PLATFORM,
    "@level": _SHOWN,
    "@snmpsetandget": _SNMP,
    "@verificationtimeout": _PLATFORM,
    "@pollinginterval": _PLATFORM,
    "@saveinterval": _PLATFORM,
    "type@relativetimers": "timers keep their periods",
    "timers@relativetimers": "timers keep their periods",
    "@fixedtimer": "timers keep their periods",
    "type@databaseoptions": _PLATFORM,
    "type@overridetimeoutdve": _PLATFORM,
    "time@datadisplay": _SHOWN,
    "timer@options": "timers of tables belong to code",
    "sequence@noset": "sequences are never turned round by themselves",
    "type@filter": "values are given as they are",
    "group@threadid": "each line has one queue",
    "group@connectionpid": "the connection of a group is fixed",
    "group@ping": "is for the connection test of the platform",
    "content@multipleget": _SNMP,
    "type@options": "is not known for this type",
    "rawtype@id": _PLATFORM,
}

_TRUTHS = ("true", "false", "")
WORDS: dict[str, tuple[str, ...]] = {
    "interprete/rawtype": (
        "numeric text", "unsigned number", "signed number", "double", "bcd", "text", "other",
        "only others",
    ),
    "interprete/type": ("double", "string", "high nibble"),
    "interprete/lengthtype": ("fixed", "next param", "last next param", "other param"),
    "interprete/endian": ("little", "big"),
    "type@trim": ("left", "right", "left;right", "right;left", ""),
    "group/type": ("poll", "action", "poll action", "trigger", "poll trigger"),
    "trigger/type": ("action", "trigger"),
    "slowpollbase/defaultvalue": ("number", "time"),
    "parity/defaultvalue": ("no", "none", "even", "odd", "mark", "space"),
    "stopbits/defaultvalue": ("1", "1.5", "2"),
    "flowcontrol/defaultvalue": (
        "no", "none", "cts_rts", "cts_dtr", "dsr_rts", "dsr_dtr", "xon_xoff",
    ),
    "portsettings/type/defaultvalue": ("ip", "tcp", "udp", "rs232", "serial"),
    "param@setter": _TRUTHS,
    "param@save": _TRUTHS,
    "pair@ping": _TRUTHS,
    "id@else": _TRUTHS,
    "advanced@ignoreequalresponse": _TRUTHS,
}  # fmt: skip
"""The words that elements and attributes may hold where they are of a fixed set."""


def is_word(path: tuple[str, ...], value: str, attribute: str | None = None) -> bool:
    """Whether an element or attribute holds one of its words, if it has some."""
    for size in range(min(3, len(path)), 0, -1):
        name = "/".join(path[-size:]) + (f"@{attribute.lower()}" if attribute else "")
        if name in WORDS:
            return " ".join(value.lower().split()) in WORDS[name]
    return True


def element_reason(path: tuple[str, ...]) -> str | None:
    """Why an element is not imported; None when it is not known at all."""
    for size in range(min(3, len(path)), 0, -1):
        found = ELEMENTS.get("/".join(path[-size:]))
        if found is not None:
            return found
    return None


def attribute_reason(path: tuple[str, ...], attribute: str) -> str | None:
    """Why an attribute is not imported; None when it is not known at all."""
    name = attribute.lower()
    return ATTRIBUTES.get(f"{path[-1]}@{name}") or ATTRIBUTES.get(f"@{name}")
