"""What the rooms of the import share: the connector, names, and how things that fail are said."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from protoc.compiler.importers.dataminer import nodes
from protoc.compiler.importers.dataminer.conditions import Kinds, NoCondition, Reader
from protoc.compiler.importers.dataminer.connector import Connector
from protoc.compiler.importers.dataminer.elements import Account, Reference, Text, View
from protoc.compiler.importers.dataminer.names import Names
from protoc.compiler.importers.dataminer.params import TABLE_KINDS, Param
from protoc.dsl import tree
from protoc.dsl.diagnostics import Diagnostics
from protoc.dsl.source import Span

INTERNAL = range(64300, 70000)
"""Numbers of params that the platform keeps for itself."""


class Missing(Exception):
    """Something does not exist, and it has been said."""


class Absent(Missing):
    """Something exists, but is not imported, and that has been said."""


class Context(Struct):
    """One import.

    Attributes:
        changed: numbers of params whose bytes something may change at run time.
        sizes: numbers of params that say how long another one is.
        became: for each object what it is in the description, by its element.
        assumed: choices the connector leaves open and their values.
        absent: kinds and numbers of objects that are not imported.
        counted: numbers of params that something is added to, or that are multiplied.
        whole_groups: numbers of groups of bits that are sent, or moved as bytes.
        resized: numbers of params whose length something may change.
        derived: which of `length` and `crc` a message has, by its kind and number.
        lost: elements of bits that are not in their group.
    """

    connector: Connector
    names: Names
    account: Account
    changed: frozenset[int] = frozenset()
    sizes: frozenset[int] = frozenset()
    became: dict[int, str] = field(default_factory=dict)
    assumed: dict[str, str] = field(default_factory=dict)
    absent: set[tuple[str, int]] = field(default_factory=set)
    counted: frozenset[int] = frozenset()
    whole_groups: frozenset[int] = frozenset()
    resized: frozenset[int] = frozenset()
    derived: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)

    @property
    def diagnostics(self) -> Diagnostics:
        """Where mistakes are written."""
        return self.account.diagnostics

    def constant(self, param: Param) -> bool:
        """Whether the bytes of a param stay as they are written."""
        return (
            param.constant and param.interprete.value is not None and param.id not in self.changed
        )

    def written(self, data: bytes, span: Span) -> tree.Constant:
        """Constant bytes, as a text where that says the same."""
        if self.connector.communication.unicode:
            return nodes.octets(data, span)
        return nodes.constant(data, span)

    def param(self, reference: Reference) -> Param:
        """The param a reference means.

        Raises:
            Missing: there is none.
            Absent: it is not imported.
        """
        found = self.connector.params.get(reference.id)
        if found is None:
            raise self.missing("Param", reference)
        if found.kind in TABLE_KINDS:
            self.diagnostics.warning(
                "W0803",
                f"param {reference.id} is a table",
                reference.span,
                "what depends on it is left out",
                help="tables are filled by code: do it in a hook, or in your own code",
            )
            raise Absent(reference.id)
        return found

    def param_name(self, reference: Reference) -> str:
        """The name of the param a reference means.

        Raises:
            Missing: there is none.
        """
        return self.names.params[self.param(reference).id]

    def named(self, kind: str, names: Mapping[int, str], reference: Reference) -> str:
        """The name of the object a reference means.

        Raises:
            Missing: there is none.
            Absent: it is not imported.
        """
        if (kind, reference.id) in self.absent:
            raise Absent(reference.id)
        if reference.id not in names:
            raise self.missing(kind, reference)
        return names[reference.id]

    def missing(self, kind: str, reference: Reference) -> Missing:
        """A reference to what does not exist."""
        if kind == "Param" and reference.id in INTERNAL:
            self.diagnostics.warning(
                "W0803",
                f"param {reference.id} is kept by the platform",
                reference.span,
                "what depends on it is left out",
                help="do it in a hook, or in your own code",
            )
        else:
            self.diagnostics.error(
                "E0808",
                f"there is no {kind} {reference.id}",
                reference.span,
                "refers to nothing",
                help=f"declare {kind} {reference.id}, or take the reference away",
            )
        return Missing(reference.id)

    def condition(self, text: Text | None) -> tree.Expression | None:
        """A condition as an expression; None without one.

        Raises:
            Missing: it cannot be read, or names what does not exist.
        """
        if text is None:
            return None
        reader = Reader(text, Kinds(self._in_condition, self._is_text, self._zero_is_empty))
        try:
            found = reader.read()
        except NoCondition as problem:
            self.diagnostics.error(
                "E0809",
                f"this condition cannot be read: {problem}",
                text.span,
                help='conditions look like `id:70 == 10 AND id:71 != "on"`',
            )
            raise Missing(0) from None
        if reader.mixed:
            self.diagnostics.warning(
                "W0814",
                "AND and OR are mixed without brackets",
                text.span,
                "AND is taken to bind more tightly",
                help="put brackets around what belongs together",
            )
        return found

    def _in_condition(self, number: int, span: Span) -> str:
        return self.param_name(Reference(number, span))

    def _is_text(self, number: int) -> bool:
        return self.connector.params[number].text

    def _zero_is_empty(self, number: int) -> bool:
        param = self.connector.params[number]
        return not param.text and param.interprete.sizing == "fixed"

    def dropped(self, view: View, what: str, attribute: str | None = None) -> None:
        """Something that would matter is left out: said in the report and as a warning."""
        span = view.span if attribute is None else view.element.place(attribute)
        self.account.note(view.element, "not imported", what, attribute)
        self.diagnostics.warning(
            "W0803",
            what,
            span,
            "not imported",
            help="do it in a hook, or in your own code",
        )

    def simplified(self, view: View, what: str, attribute: str | None = None) -> None:
        """Something is imported in a simpler form: said in the report."""
        self.account.note(view.element, "simplified", what, attribute)

    def assume(self, choice: str, value: str) -> None:
        """Write a choice that the connector leaves open into the description."""
        self.assumed[choice] = value


def milliseconds(value: int | None, span: Span) -> tree.Duration | None:
    """A time, None without one."""
    return None if value is None else nodes.duration(value, span)
