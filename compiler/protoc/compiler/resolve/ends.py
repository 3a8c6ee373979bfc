"""What ends a field that nothing measures: the next constant, the end of its region, the line."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.following import (
    Next,
    Unclear,
    next_of,
    up_to,
    written_out,
)
from protoc.compiler.resolve.measures import (
    fixed_size,
)
from protoc.compiler.resolve.running_on import (
    closed,
)
from protoc.compiler.resolve.scope import Scope
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label


class Ends(Struct):
    """Says of the fields of one message, or of a stretch in it, where they end.

    Attributes:
        elements: those of the whole message or record.
        sized: it is about a region whose end is known.
        bounded: the line tells where the message ends.
        open: something runs on until the line says so.
    """

    scope: Scope
    layout: tree.Layout
    elements: tuple[model.Element, ...]
    sized: bool = False
    bounded: bool = False
    open: bool = False

    def end(
        self, field: model.Field | model.Coded, following: tuple[model.Element, ...]
    ) -> model.Size:
        """Where a field ends that nothing measures."""
        loose = self.scope.explicit and self.layout.kind == "command"
        next_ = self.behind(field, following, loose=loose)
        if next_.end and not self.has_end():
            next_ = self.behind(field, written_out(following), loose=loose)
        for target in next_.targets:
            self.ended(field, target)
        if next_.end and not self.has_end():
            raise self.endless(field)
        if not next_.targets:
            return model.UntilEnd(next_.between)
        if next_.end and next_.between:
            raise self.nowhere(field, ())
        return model.UntilNext(next_.targets, next_.between, next_.end, loose=loose)

    def behind(
        self,
        field: model.Field | model.Coded,
        following: tuple[model.Element, ...],
        *,
        loose: bool,
    ) -> Next:
        """What ends a field that nothing measures.

        What a connector sends is nobody's to read: where several stand side by side, the first of
        them is taken to be all that there is.
        """
        try:
            return next_of(following)
        except Unclear as unclear:
            rest = tuple(each for each in following if fixed_size(each) is not None)
            if loose and len(rest) < len(following):
                return self.behind(field, rest, loose=False)
            labels = (
                (Label(unclear.element.span, "the size of this varies as well"),)
                if unclear.element is not None
                else ()
            )
            raise self.nowhere(field, labels) from None

    def nowhere(self, field: model.Field | model.Coded, labels: tuple[Label, ...]) -> Exception:
        """The complaint about a field that what follows does not end."""
        return self.scope.fail(
            "E0409",
            f"nothing tells where `{called(field)}` ends",
            field.span,
            "runs to the next constant",
            labels=labels,
            help="give one of them a size, or put a constant between them",
        )

    def mark(
        self, field: model.Field, size: model.UntilNext, following: tuple[model.Element, ...]
    ) -> model.UntilNext:
        """Where a field ends that says itself what ends it."""
        (mark,) = size.targets
        assert isinstance(mark, model.Constant)
        between, behind = up_to(mark.alternatives, following)
        if behind is following and closed(self.scope, field, mark.alternatives, following):
            size = replace(size, guarded=True)
        if size.times:
            return replace(size, between=between)
        constants = (e for e in behind if isinstance(e, model.Constant | model.LinkEnd))
        limit = next(constants, None)
        if limit is None and not self.has_end():
            raise self.endless(field)
        return replace(size, between=between, limit=limit)

    def separated(self, field: model.Field, wire: model.Items, end: model.UntilNext) -> None:
        """Complain about a list that ends at what stands between its items."""
        alike = [
            target.alternatives
            for target in end.targets
            if isinstance(target, model.Constant)
            and any(wire.separator.startswith(each) for each in target.alternatives)
        ]
        if alike and not end.between:
            raise self.scope.fail(
                "E0409",
                f"nothing tells where `{called(field)}` ends",
                field.span,
                "what follows stands between two items as well",
                help="where it stands behind each item, write `repeat items { … }` with it inside",
            )

    def has_end(self) -> bool:
        """Whether the end of what is around tells something; the line's, where it has to."""
        if not self.sized and self.bounded:
            self.open = True
        return self.sized or self.bounded

    def ended(self, field: model.Field | model.Coded, element: model.Element) -> None:
        """Complain about a link that does not say what ends its messages."""
        if isinstance(element, model.LinkEnd):
            for link, ends in element.by_link:
                if not ends:
                    raise self.endless(field, link)

    def endless(self, field: model.Field | model.Coded, link: str = "") -> Exception:
        """The complaint about a field that runs on behind the end of its message."""
        name = self.layout.name.text
        on = f" on `{link}`" if link else ""
        return self.scope.fail(
            "E0501",
            f"nothing ends `{name}`{on}",
            field.span,
            f"`{called(field)}` runs on for ever",
            labels=(Label(self.layout.name.span, "in this message"),),
            help="give the field a size or a length, put a constant behind it, "
            "or let the link say `end CRLF`",
        )

    @property
    def fields(self) -> tuple[model.Field, ...]:
        """The fields of the whole message or record."""
        return tuple(e for e in model.walk(self.elements) if isinstance(e, model.Field))


def called(field: model.Field | model.Coded) -> str:
    """What a diagnostic calls a field; an item of a list has the list's name."""
    if isinstance(field, model.Coded):
        return "coded"
    return field.key.partition("[")[0].partition("~")[0]
