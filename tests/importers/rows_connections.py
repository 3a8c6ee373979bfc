"""Rows of the acceptance list: what a connector is, and its connections."""

from __future__ import annotations

from tests.importers.connectors import group, number, open_text, pair, text
from tests.importers.table import BYTE, Row, bench, options, port, read, smart

QACTION = (
    '<QAction id="5" name="Sum" encoding="csharp" triggers="3" inputParameters="10" '
    'entryPoint="Run" options="queued"><Condition>id:10 &gt; 1</Condition>'
    "<![CDATA[int x;]]></QAction>"
)
NAMES = (text(30, "came", 20), text(31, "went", 20))


def other(kind: str) -> Row:
    """A connection that is no line."""
    return Row(bench(type_=kind), refused=kind)


ROWS = {
    "C001": Row(
        bench(
            head="<Version>1.2.0.3</Version><Description>A bench</Description><Vendor>Own</Vendor>"
        ),
        shows=('protocol bench "Bench"', "## A bench, Version 1.2.0.3, Own"),
    ),
    "two lines, one of their own": Row(
        bench(
            type_attributes=' advanced="serial single:Side"',
            pairs=(pair(1, "poll", 1, 1, attributes=' options="connection:1"'),),
        ),
        shows=("link side : tcp client {", "queue main", "single"),
    ),
    "C002": Row(bench(type_="Serial Single", ports=port(IPport=4001)), shows=("tcp client :4001",)),
    "C003": Row(smart(type_="smart-serial single"), shows=("event got", "idle 15ms")),
    "C004": Row(bench(type_="virtual"), refused="virtual"),
    "C005": Row(
        bench(
            type_attributes=' advanced="serial:Side;http:Web"',
            pairs=(pair(1, "poll", 1, 1, attributes=' options="connection:1"'),),
        ),
        shows=("link main", "link side", "on side", "queue main"),
        reports=("Protocol/Type@advanced: not imported",),
    ),
    "C006": Row(
        bench(type_attributes=' relativeTimers="true"'),
        reports=("Protocol/Type@relativeTimers: not imported",),
    ),
    "C007": Row(
        bench(open_text(10, "name"), got=(3, 10), type_attributes=' options="unicode"'),
        shows=("encoding utf16le",),
    ),
    "C008": Row(
        bench(type_attributes=' databaseOptions="x" overrideTimeoutDVE="true"'),
        reports=(
            "Protocol/Type@databaseOptions: not imported",
            "Protocol/Type@overrideTimeoutDVE: not imported",
        ),
    ),
    "C009": Row(options("makeCommandByProtocol"), shows=("compose enqueue",)),
    "C010": Row(
        smart("packetInfo:1,2,false,littleEndian"),
        shows=("lead : bytes[1]", "size : u16 = len(content)", "frame packet"),
    ),
    "C011": Row(smart("maxReceiveBuffer:64"), shows=("hand_over 64",)),
    "C012": Row(smart("maxConcurrentConnections:4"), shows=("tcp server", "max_connections 4")),
    "C013": Row(
        smart("notifyConnectionPIDs:30,31").replace("</Params>", f"{''.join(NAMES)}</Params>"),
        shows=("connected -> came", "disconnected -> went"),
    ),
    "C014": Row(smart("smartIpHeader"), shows=("peer_header",)),
    "C015": Row(
        bench(
            type_attributes=' advanced="serial:Side" communicationOptions="redundantPolling"',
            pairs=(
                pair(1, "poll", 1, 1),
                pair(2, "fixed", 1, 1, attributes=' options="connection:0"'),
            ),
        ),
        shows=(
            "spare_of main",
            "pair poll id 1 = get -> got\n",
            "pair fixed id 2 = get -> got on main",
        ),
    ),
    "redundant polling of one line": Row(
        options("redundantPolling"), reports=("Protocol/Type@communicationOptions: not imported",)
    ),
    "C016": Row(
        options("closeConnectionOnResponse"),
        shows=("on success pair poll { close; open }",),
    ),
    "C017": Row(
        options("postPonePortInitialisation"),
        reports=("Protocol/Type@communicationOptions: simplified",),
    ),
    "C018": Row(
        options("chunkedHTML;customRedirect;asyncWMI;progid=x;useAgentBinding"),
        reports=("Protocol/Type@communicationOptions: simplified",),
    ),
    "C019": Row(
        bench(
            head='<Connections><Connection id="0" name="a"><Type>serial</Type></Connection>'
            "</Connections>"
        ).replace("<Type>serial</Type>\n", "\n", 1),
        shows=("link main",),
    ),
    "C020": Row(bench(head='<Advanced ignoreEqualResponse="true"/>'), shows=("ignore_equal",)),
    "C021": Row(
        smart(head='<Advanced stuffing="on=response;escape=0x20;stuffing=0x20"/>'),
        shows=("coded double(0x20) {",),
    ),
    "C022": Row(bench(ports=port(Type="udp", IPport=5000)), shows=("udp client :5000",)),
    "C023": Row(bench(ports=port(Type="ip", IPport=65535)), shows=("tcp client :65535",)),
    "C024": Row(
        bench(ports=port(LocalIPport=4002)),
        shows=("local_port 4002",),
    ),
    "C025": Row(
        bench(
            ports=port(
                Type="rs232",
                Baudrate=19200,
                Databits=7,
                Parity="even",
                Stopbits=2,
                Flowcontrol="cts_rts",
            )
        ),
        shows=("serial 19200 7E2", "flow rtscts"),
    ),
    "C026": Row(bench(ports=port(TimeoutTime=700)), shows=("timeout 700ms",)),
    "C027": Row(bench(ports=port(Retries=5)), shows=("retries 5",)),
    "C028": Row(bench(ports=port(TimeoutTimeElement=30000)), shows=("offline 30s",)),
    "C029": Row(
        bench(ports=port(SlowPoll=5, SlowPollBase="number", PingInterval=10000)),
        shows=("slow_poll 10s, 5", "pair poll id 1 = get -> got ping"),
    ),
    "C030": Row(smart(ports=port(Type="udp", FlushPerDatagram="true")), shows=("udp", "datagram")),
    "C031": Row(
        bench(number(10, "address", 1, "bus"), got=(3, 10), ports=port(BusAddress=7)),
        shows=("param address id 10 : u8 default 7",),
    ),
    "C032": Row(
        bench(ports="<PortSettings><SSH><Credentials/></SSH></PortSettings>"),
        reports=("Protocol/PortSettings/SSH: not imported",),
    ),
    "C033": Row(
        bench(
            type_attributes=' advanced="serial:Side"',
            ports='<Ports><PortSettings name="Side" visibleInUi="true"><IPport><DefaultValue>4007'
            "</DefaultValue></IPport></PortSettings></Ports>",
        ),
        shows=("link side : tcp client :4007",),
    ),
    "C034": Row(
        bench(
            ports="<PortSettings><Baudrate><DefaultValue>9600</DefaultValue><Value>9600</Value>"
            "<Range><From>1</From><To>2</To></Range><Disabled>true</Disabled></Baudrate>"
            "</PortSettings>"
        ),
        shows=("serial 9600 8N1",),
    ),
    "C035": Row(
        bench(
            type_attributes=' advanced="serial:Side;serial:Third"',
            head='<Threads><Thread connection="1" id="1" name="x"/></Threads>',
            pairs=(pair(1, "poll", 1, 1, attributes=' options="connection:1"'),),
            groups=(group(2, "own", "Pair:1").replace("<Group ", '<Group threadId="1" '),),
        ),
        shows=(
            "link side : tcp client { timeout 1500ms; retries 3; reconnect 1s }",
            "    reconnect 1s\n    queue main\n",
            "group own id 2 on side",
        ),
    ),
    "the thread of one line": Row(
        bench(head='<Threads><Thread connection="0" id="1" name="x"/></Threads>'),
        reports=("Protocol/Threads: not imported",),
    ),
    "C036": Row(
        bench(head="<NoTimeouts><NoTimeout>x</NoTimeout></NoTimeouts>"),
        reports=("Protocol/NoTimeouts: not imported",),
    ),
    "C170": Row(
        bench(
            BYTE,
            qactions=(QACTION,),
        ),
        shows=("hook qaction_5 id 5 (n : float) on change answer if n > 1",),
    ),
    "C171": Row(
        bench(
            head="<HTTP/><Chains/><Topologies/><TreeControls/><Relations/><DVEs/>"
            "<ParameterGroups/><SNMP/>"
        ),
        reports=tuple(
            f"Protocol/{each}: not imported"
            for each in (
                "HTTP",
                "Chains",
                "Topologies",
                "TreeControls",
                "Relations",
                "DVEs",
                "ParameterGroups",
                "SNMP",
            )
        ),
    ),
    "C172": Row(
        bench(
            read("n", "numeric text", "fixed", "double", "<Odd/>", Length=2),
            got=(3, 10),
            head='<Strange kind="x"/>',
        ),
        reports=(
            "Protocol/Strange: not imported",
            "Protocol/Params/Param/Interprete/Odd: not imported",
        ),
    ),
}
