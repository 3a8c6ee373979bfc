"""The classes people use: params, hooks, and the device, blocking and for asyncio."""

from __future__ import annotations

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.backend import naming
from protoc.compiler.backend.annotations import annotation, read_types
from protoc.compiler.backend.code import Call, Code, docstring, laid_out, text
from protoc.compiler.backend.context import Context
from protoc.compiler.resolve.expressions import free_fields
from protoc.compiler.resolve.fitting import bits_as_number


class PropertyView(Struct, frozen=True):
    """A param as a property; `setter` is False for constants."""

    name: str
    key: str
    type: str
    read_type: str
    doc: list[str]
    setter: bool


class MethodView(Struct, frozen=True):
    """A pair as a method: head and call, of the blocking and the asyncio class."""

    head: list[str]
    async_head: list[str]
    doc: list[str]
    call: list[str]
    async_call: list[str]


class DeviceView(Struct, frozen=True):
    """The classes at the end of a module."""

    name: str
    title: str
    params: list[PropertyView]
    hooks: list[list[str]]
    methods: list[MethodView]
    connect: list[str]
    head: list[str]
    async_head: list[str]
    imports: set[str]
    unset: bool


def device(protocol: model.Protocol, context: Context) -> DeviceView:
    """The view of the classes of a protocol."""
    name = context.names.take(protocol.name)
    methods = [_method(pair, protocol, context) for pair in protocol.pairs]
    return DeviceView(
        name=name,
        title=protocol.title or protocol.name,
        params=[_param(param, context) for param in protocol.params],
        hooks=[_hook(hook) for hook in protocol.hooks],
        methods=methods,
        connect=_connect(name, several=len(protocol.links) > 1),
        head=_class(name, "Device", name),
        async_head=_class(f"Async{name}", "AsyncDevice", name),
        imports={"AsyncDevice", "Device", "Hooks", "Params"},
        unset=any("UnsetType" in line for method in methods for line in method.head),
    )


def _class(name: str, base: str, device_: str) -> list[str]:
    bases = (f"{base}[{device_}Params, {device_}Hooks]", "protocol=PROTOCOL")
    return laid_out("class ", Call(name, bases), ":")


def _connect(name: str, *, several: bool) -> list[str]:
    """The method that gives the device for asyncio; of several links, each may have its URL."""
    parameters: list[Code] = ["cls", "url: str", "*", "link: str | None = None"]
    given = ("url", "link=link")
    if several:
        parameters[1] = 'url: str | Mapping[str, str] = ""'
        parameters.append("**links: str")
        given = ("cls._places(url, links)", "link=link")
    form = f"`async with {name}.connect(url) as device`"
    return [
        *laid_out("def ", Call("connect", tuple(parameters)), f" -> Async{name}:", 4),
        *docstring(f"The same device for asyncio: {form}.", 8),
        *laid_out("return ", Call(f"Async{name}", given), "", 8),
    ]


def _param(param: model.Param, context: Context) -> PropertyView:
    type_ = annotation(param.wire, param.conversion, context)
    notes = [param.doc.strip().rstrip(".")] if param.doc else []
    if param.conversion.unit:
        notes.append(f"in {param.conversion.unit}")
    if not param.known:
        notes.append("None until known")
    if param.constant:
        notes.append("always the same")
    summary = ", ".join(notes) or f"`{param.name}`"
    return PropertyView(
        naming.attribute(param.name, frozenset({"_get", "_set"})),
        naming.attribute(param.name, frozenset()),
        type_,
        type_ if param.known else f"{type_} | None",
        docstring(f"{summary[0].upper()}{summary[1:]}.", 8),
        not param.constant,
    )


def _hook(hook: model.Hook) -> list[str]:
    name = naming.attribute(hook.name, frozenset())
    types = ", ".join(parameter.type for parameter in hook.parameters)
    lines = laid_out(f"{name}: Callable[[{types}], Any] | None = ", "None", "", 4)
    arguments = ", ".join(parameter.name for parameter in hook.parameters)
    doc = hook.doc.strip() or f"Called as `{hook.name}({arguments})`."
    return [*lines, *docstring(doc, 4)]


def _method(pair: model.Pair, protocol: model.Protocol, context: Context) -> MethodView:
    command = protocol.message(pair.command)
    fixed = {name for name, _ in pair.arguments}
    fields = {
        n: f
        for n, f in free_fields(command).items()
        # what is computed, or told from outside, nobody gives
        if n not in fixed and (isinstance(f, model.Part) or not model.unwritten(f))
    }
    name = naming.attribute(pair.name, naming.DEVICE_MEMBERS)
    parameters: list[Code] = ["self"]
    if fields:
        parameters.append("*")
    types = read_types(command.elements, context)
    sometimes = model.sometimes(command.elements)
    for key, field in fields.items():
        if isinstance(field, model.Part):
            parameters.append(_bits_parameter(key, field, context))
        else:
            parameters.append(_parameter(key, types[key], field, absent=key in sometimes))
    answers = [context.classes[f"message {a.message}"] for s in pair.steps[-1:] for a in s]
    reply = " | ".join(dict.fromkeys(answers)) if answers else "None"
    given = Call("", tuple(_entry(key) for key in fields), "{}")
    many = any(a.many for step in pair.steps for a in step)
    returned = f"list[{reply}]" if many else reply
    method = "_call_all" if many else "_call" if answers else "_tell"
    call = Call(f"self.{method}", (text(pair.name), given))
    return MethodView(
        _head("def ", name, parameters, returned),
        _head("async def ", name, parameters, returned),
        docstring(_pair_doc(pair, context), 8),
        _body("", call, returned),
        _body("await ", call, returned),
    )


def _body(prefix: str, call: Call, returned: str) -> list[str]:
    if returned == "None":
        return laid_out(prefix, call, "", 8)
    return [*laid_out(f"reply: {returned} = {prefix}", call, "", 8), "        return reply"]


def _head(keyword: str, name: str, parameters: list[Code], returned: str) -> list[str]:
    suffix = f") -> {returned}:"
    flat = f"    {keyword}{name}({', '.join(map(str, parameters))}{suffix}"
    if len(flat) <= 88:
        return [flat]
    inner = f"        {', '.join(map(str, parameters))}"
    if len(inner) <= 88:
        return [f"    {keyword}{name}(", inner, f"    {suffix}"]
    return [f"    {keyword}{name}(", *(f"        {p}," for p in parameters), f"    {suffix}"]


def _bits_parameter(name: str, part: model.Part, context: Context) -> str:
    type_ = annotation(bits_as_number(part), part.conversion, context)
    return f"{naming.attribute(name)}: {type_} | UnsetType = UNSET"


def _parameter(name: str, type_: str, field: model.Field, *, absent: bool) -> str:
    """An argument; `absent` when the message may come without it."""
    none = " | None" if absent else ""
    head = f"{naming.attribute(name)}: {type_}"
    if field.param or isinstance(field.origin, model.Defaulted):
        return f"{head} | UnsetType{none} = UNSET"
    return f"{head} | None = None" if absent else head


def _entry(name: str) -> str:
    return f"{text(naming.attribute(name))}: {naming.attribute(name)}"


def _pair_doc(pair: model.Pair, context: Context) -> str:
    command = context.classes[f"message {pair.command}"]
    answers = [context.classes[f"message {a.message}"] for step in pair.steps for a in step]
    arrow = f", answered by `{'`, `'.join(answers)}`" if answers else "; nothing answers"
    lines = [pair.doc.strip() or f"Send `{command}`{arrow}.", ""]
    if pair.doc:
        lines += [f"Sends `{command}`{arrow}.", ""]
    lines += ["Raises:", "    EncodeError: a value does not fit its field."]
    if answers:
        lines.append("    Timeout: no answer in time, after the last retry.")
    for refusal in pair.refusals:
        lines.append(
            f"    Refused: the device answered with `{context.classes[f'message {refusal}']}`."
        )
    lines.append("    TransportError: the line is closed, or broke.")
    return "\n".join(lines)
