"""Connections as links, and the framing that header and trailer params, or a length, stand for."""

from __future__ import annotations

from protoc.compiler.importers.dataminer import nodes
from protoc.compiler.importers.dataminer.connections import Connection, Packet, Port
from protoc.compiler.importers.dataminer.context import Context, Missing
from protoc.compiler.importers.dataminer.params import Param
from protoc.compiler.importers.dataminer.types import constant_bytes
from protoc.dsl import tree
from protoc.dsl.source import Span

TIMEOUT, RETRIES = 1500, 3
"""What an element is usually set to, where a connector gives no default."""
RECONNECT = 1000
"""Milliseconds after which a line that broke is opened again: the platform does so by itself."""
PING = 30_000
"""Milliseconds between two pings of a silent device, where a connector does not say."""
TICK = 15
"""Milliseconds of silence behind which bytes without framing are handed over."""
PACKET = "packet"

_PARITIES = {"no": "N", "none": "N", "even": "E", "odd": "O", "mark": "M", "space": "S"}
_FLOWS = {
    "cts_rts": "rtscts",
    "cts_dtr": "rtscts",
    "dsr_rts": "dsrdtr",
    "dsr_dtr": "dsrdtr",
    "xon_xoff": "xonxoff",
}
_KINDS = {"ip": "tcp", "tcp": "tcp", "udp": "udp", "rs232": "serial", "serial": "serial"}


def links(context: Context) -> list[tree.Link]:
    """A link for each connection that is a line."""
    return [_link(context, connection) for connection in context.connector.wired]


def packet(context: Context) -> list[tree.Layout]:
    """The frame that `packetInfo` describes, where a link uses it."""
    described = context.connector.communication.packet
    smart = any(connection.smart for connection in context.connector.wired)
    if described is None or not smart or _stuffed(context):
        return []
    return [_packet(described)]


def _stuffed(context: Context) -> bool:
    stuffing = context.connector.communication.stuffing
    return stuffing is not None and "response" in stuffing.on


def _packet(described: Packet) -> tree.Layout:
    span = described.span
    letter = "u8" if described.size == 1 else f"u{8 * described.size}"
    letter += "" if described.little or described.size == 1 else "be"
    ends = (
        (
            nodes.reference("lead" if described.before else "size", span)
            if described.whole
            else None
        ),
        nodes.reference("content", span),
    )
    counted: tree.Expression = ends[1]
    if described.whole:
        counted = tree.Range(ends[0], ends[1], span=span)
    length = nodes.modifier("=", span, nodes.call("len", span, counted))
    statements: list[tree.Element] = []
    if described.before:
        statements.append(
            nodes.field("lead", nodes.typed("bytes", span, size=described.before), span)
        )
    statements.append(nodes.field("size", nodes.typed(letter, span, length), span))
    statements.append(nodes.field("content", nodes.typed("body", span), span))
    return tree.Layout(
        "message",
        nodes.name(PACKET, span),
        body=tree.Block(tuple(statements), span=span),
        span=span,
        doc="Where the length of a packet stands: bytes are handed over a packet at a time.",
    )


def _link(context: Context, connection: Connection) -> tree.Link:
    port, span = connection.port, connection.span
    kind = _kind(connection)
    server = connection.smart and _serves(context)
    role = "server" if server and kind != "serial" else "client"
    settings = [*_timing(context, connection), *_framing(context, connection)]
    settings += _options(context, connection, kind, server=server)
    context.became.setdefault(
        id(context.connector.root.element), f"link {context.names.links[connection.number]}"
    )
    return tree.Link(
        nodes.name(context.names.links[connection.number], span),
        nodes.name(kind, span),
        nodes.name(role, span) if kind != "serial" else None,
        port.port if kind != "serial" and port.port else None,
        port.baud if kind == "serial" else None,
        _format(port) if kind == "serial" and port.baud else None,
        tuple(settings),
        span=span,
    )


def _kind(connection: Connection) -> str:
    port = connection.port
    return _KINDS.get(port.transport, "tcp" if port.port or not port.baud else "serial")


def _serves(context: Context) -> bool:
    """Whether the options only make sense for one that others connect to."""
    options = context.connector.communication
    return options.most is not None or options.came is not None or options.went is not None


def _format(port: Port) -> str:
    parity = _PARITIES.get(port.parity, "N")
    stop = port.stop_bits if port.stop_bits in ("1", "1.5", "2") else "1"
    return f"{port.data_bits or 8}{parity}{stop}"


def _timing(context: Context, connection: Connection) -> list[tree.LinkSetting]:
    port, span = connection.port, connection.span
    timeout = TIMEOUT if port.timeout is None else port.timeout
    retries = RETRIES if port.retries is None else port.retries
    found = [
        nodes.setting("timeout", span, nodes.duration(timeout, span)),
        nodes.setting("retries", span, nodes.number(retries, span)),
    ]
    offline = context.connector.connections[0].port.element_timeout
    if offline and offline % 1000 == 0:
        found.append(nodes.setting("offline", span, nodes.duration(offline, span)))
    found += _slow_poll(connection, span)
    if context.connector.communication.enqueue:
        found.append(nodes.setting("compose", span, nodes.reference("enqueue", span)))
    if context.connector.communication.ignore_equal:
        found.append(nodes.setting("ignore_equal", span))
    return found


def _slow_poll(connection: Connection, span: Span) -> list[tree.LinkSetting]:
    """What a silent device is asked instead: only the main connection has it."""
    port = connection.port
    if connection.number or not port.slow_poll:
        return []
    begin = nodes.number(port.slow_poll, span)
    if port.slow_poll_base == "time":
        begin = nodes.duration(port.slow_poll, span)
    return [nodes.setting("slow_poll", span, nodes.duration(port.ping or PING, span), begin)]


def _framing(context: Context, connection: Connection) -> list[tree.LinkSetting]:
    """How bytes are cut: the first rule of the platform that applies."""
    if not connection.smart:
        return []
    options, span = context.connector.communication, connection.span
    if _stuffed(context):
        return []
    if options.packet is not None:
        frame = nodes.reference(PACKET, options.packet.span)
        return [nodes.setting("frame", options.packet.span, frame)]
    ends = delimiters(context, connection)
    if ends:
        return [
            nodes.setting(
                "frame",
                trailer.span,
                tree.Range(
                    nodes.string("", trailer.span) if header is None else _bytes(context, header),
                    _bytes(context, trailer),
                    span=trailer.span,
                ),
            )
            for header, trailer in ends
        ]
    found = [] if connection.port.per_datagram else [_tick(span)]
    if connection.port.per_datagram:
        found.append(nodes.setting("datagram", span))
    if options.hand_over:
        found.append(nodes.setting("hand_over", span, nodes.number(options.hand_over, span)))
    if options.header:
        found.append(nodes.setting("peer_header", span))
    return found


def _tick(span: Span) -> tree.LinkSetting:
    return nodes.setting("idle", span, nodes.duration(TICK, span))


def _bytes(context: Context, param: Param) -> tree.Constant:
    return context.written(constant_bytes(param), param.span)


def delimiters(context: Context, connection: Connection) -> list[tuple[Param | None, Param]]:
    """Headers with their trailers on a connection; a trailer may stand alone."""
    mine = [
        param
        for param in context.connector.params.values()
        if param.kind in ("header", "trailer")
        and param.connection in (None, connection.number)
        and param.interprete.value
    ]
    linked = [param for param in mine if param.link is not None]
    if linked:
        headers = {param.link: param for param in linked if param.kind == "header"}
        trailers = [param for param in linked if param.kind == "trailer"]
        return [(headers.get(trailer.link), trailer) for trailer in trailers]
    header = next((param for param in mine if param.kind == "header"), None)
    trailer = next((param for param in mine if param.kind == "trailer"), None)
    return [] if trailer is None else [(header, trailer)]


def _options(
    context: Context, connection: Connection, kind: str, *, server: bool
) -> list[tree.LinkSetting]:
    options, span = context.connector.communication, connection.span
    found: list[tree.LinkSetting] = []
    closes = options.close_on_reply and not connection.smart and kind == "tcp"
    if closes and _hears_success(context):
        found.append(nodes.setting("idle_close", span, nodes.duration(1, span)))
        _option_simplified(context, "the connection is closed when nothing more is to be asked")
    if kind != "udp" and not server:
        found.append(nodes.setting("reconnect", span, nodes.duration(RECONNECT, span)))
    found += _queue(context, connection)
    local = connection.port.local_port
    if local and kind != "serial" and not server:
        found.append(nodes.setting("local_port", span, nodes.number(local, span)))
    if (param := leads_elsewhere(context, connection)) is not None:
        name = context.names.params[param.id]
        found.append(nodes.setting("address", param.span, target=name))
    if server and options.most:
        found.append(nodes.setting("max_connections", span, nodes.number(options.most, span)))
    for word, target in (("connected", options.came), ("disconnected", options.went)):
        if server and target is not None:
            try:
                found.append(nodes.setting(word, target.span, target=context.param_name(target)))
            except Missing:
                continue
    if kind == "serial" and (flow := _FLOWS.get(connection.port.flow)):
        found.append(nodes.setting("flow", span, nodes.reference(flow, span)))
    if server:
        found.append(nodes.setting("reply", span, nodes.reference("asker", span)))
    return found


def closing(context: Context) -> list[tree.Trigger]:
    """`closeConnectionOnResponse`: behind an answer the line is closed, and opened again."""
    connector, found = context.connector, []
    if not connector.communication.close_on_reply or _hears_success(context):
        return []
    for own in connector.pairs.values():
        line = connector.on(own.connection)
        awaited = [each for each in own.responses if ("Response", each.id) not in context.absent]
        if line is None or line.smart or _kind(line) != "tcp" or not awaited:
            continue
        if own.command is None or ("Pair", own.id) in context.absent:
            continue
        span = own.span
        name = nodes.name(context.names.pairs[own.id], span)
        links = [context.names.links[line.number]] if len(connector.wired) > 1 else []
        actions = tuple(nodes.action(verb, span, *links) for verb in ("close", "open"))
        event = tree.Event("success", kind="pair", name=name, span=span)
        then = tree.Actions(actions, span=span)
        found.append(tree.Trigger(None, None, event, None, then, None, span=span))
    return found


def _hears_success(context: Context) -> bool:
    """Whether a trigger is for every pair that succeeds: others beside it would silence it."""
    return any(
        trigger.each
        and trigger.on is not None
        and trigger.on.word == "pair"
        and trigger.time is not None
        and trigger.time.word == "succeeded"
        for trigger in context.connector.triggers.values()
    )


def _option_simplified(context: Context, what: str) -> None:
    """A communication option that is imported in a simpler form."""
    type_ = context.connector.root.child("Type")
    if type_ is not None:
        context.simplified(type_, what, "communicationOptions")


def leads_elsewhere(context: Context, connection: Connection) -> Param | None:
    """The param that says where a line leads; None without one."""
    if _kind(connection) == "serial" or (connection.smart and _serves(context)):
        return None
    params = context.connector.params.values()
    found = (param for param in params if param.target == connection.number and param.text)
    return next(found, None)


def _queue(context: Context, connection: Connection) -> list[tree.LinkSetting]:
    """Whose queue it is, and whose work it does when that fails."""
    connector, span = context.connector, connection.span
    first = connector.wired[0]
    if connector.communication.redundant and connector.spare is None and connection is first:
        _option_dropped(context, "`redundantPolling`, which is for two connections of one type")
    several = len(connector.wired) > 1
    single = [nodes.setting("single", span)] if several and connection.single else []
    if connection is first:
        return single
    main = nodes.reference(context.names.links[first.number], span)
    if connection is connector.spare:
        return [nodes.setting("spare_of", span, main), *single]
    if connection.number in connector.threads.connections:
        return single
    return [nodes.setting("queue", span, main), *single]


def _option_dropped(context: Context, what: str) -> None:
    """A communication option that is not imported."""
    type_ = context.connector.root.child("Type")
    if type_ is not None:
        context.dropped(type_, what, "communicationOptions")
