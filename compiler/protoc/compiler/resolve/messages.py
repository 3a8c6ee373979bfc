"""Messages: a layout in the frames and wrappers it stands in, on each of its links."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.bodies import has_hole
from protoc.compiler.resolve.derived import draw
from protoc.compiler.resolve.layouts import Builder
from protoc.compiler.resolve.scope import Scope
from protoc.compiler.resolve.settling import settle
from protoc.compiler.resolve.sizes import sized_by_a_value
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label


def resolve_layout(
    scope: Scope, layout: tree.Layout, parts: set[str], awaited: set[str], units: set[str]
) -> model.Message:
    """The message a layout describes.

    Args:
        scope: the names around.
        layout: what is written.
        parts: the names of those that only stand in others.
        awaited: the names of those that answer a command, and so end at its timeout at the latest.
        units: the names of those that cut the stream of a link into units.
    """
    name = layout.name.text
    part, unit = name in parts, name in units
    resolver = _Resolver(scope, layout, name in awaited, part=part, unit=unit)
    links = _links(scope, layout)
    forms = [links] if part or unit or not links else _by_wrapper(links)
    elements, is_open = resolver.resolve(forms)
    return model.Message(
        kind=layout.kind,
        name=name,
        elements=(*resolver.outside, *elements),
        links=tuple(link.name for link in links),
        span=layout.name.span,
        doc=layout.doc,
        id=layout.id,
        part=part,
        unit=unit,
        open=is_open,
    )


def _links(scope: Scope, layout: tree.Layout) -> list[model.Link]:
    if not layout.links:
        return list(scope.links.values())
    found = []
    for name in layout.links:
        if name.text in scope.links:
            found.append(scope.links[name.text])
        else:
            scope.unknown("link", name, scope.links)
    return found


def _by_wrapper(links: list[model.Link]) -> list[list[model.Link]]:
    """The links with the same wrapper together, in their order."""
    found: dict[str, list[model.Link]] = {}
    for link in links:
        found.setdefault("" if link.wrap is None else link.wrap.text, []).append(link)
    return list(found.values())


class _Resolver(Struct):
    """Resolves one message.

    Attributes:
        awaited: it answers a command.
        part: it only stands in others.
        unit: it cuts the stream of a link.
        outside: what it depends on, as soon as it is resolved.
    """

    scope: Scope
    layout: tree.Layout
    awaited: bool
    part: bool
    unit: bool
    outside: tuple[model.Field, ...] = ()

    def resolve(
        self, forms: list[list[model.Link]]
    ) -> tuple[tuple[model.Element, ...], bool | tuple[str, ...]]:
        """The elements, and where only the line says that they are over.

        Args:
            forms: the links on which the message looks the same.
        """
        builder = Builder(self.scope, self.layout, self.layout.name.text)
        arms = []
        for i, links in enumerate(forms):
            with builder.alternative():
                elements = builder.build(self._wrapper(links))
            names = tuple(link.name for link in links)
            ends = tuple((link.name, link.ends) for link in links)
            if any(alternatives for _, alternatives in ends) and not self.part:
                key = f"#end{i}" if i else "#end"
                elements = (*elements, model.LinkEnd(key, ends, self.layout.name.span))
            # who does not name a link means the first
            arms.append(model.Arm(elements, model.OnLink(names if i else (*names, ""))))
        builder.settle_alternatives()
        arms[-1] = replace(arms[-1], when=None)
        branch = model.Branch("#link", "link", tuple(arms), self.layout.name.span, closed=True)
        elements = (branch,) if len(arms) > 1 else arms[0].elements
        elements, whole = draw(self.scope, elements, builder.drawers)
        self.outside = builder.outside()
        if not whole or builder.broken or (self.part and not self.unit):
            return elements, False
        if len(forms) == 1:
            return self._settled(elements, forms[0])
        return self._settled_each(elements[0], forms)

    def _wrapper(self, links: list[model.Link]) -> tree.Layout | None:
        """The frame that links put around every message."""
        name = links[0].wrap if links else None
        if name is None or self.part or self.unit:
            return None
        wrapper = self.scope.layouts.get(name.text)
        if wrapper is None:
            raise self.scope.unknown("message", name, self.scope.layouts)
        if not has_hole(wrapper):
            raise self.scope.fail(
                "E0203",
                f"`{wrapper.name.text}` has no `body` to stand in",
                name.span,
                labels=(Label(wrapper.name.span, "declared here"),),
                help="give one of its fields the type `body`",
            )
        return wrapper

    def _settled_each(
        self, branch: model.Element, forms: list[list[model.Link]]
    ) -> tuple[tuple[model.Element, ...], bool | tuple[str, ...]]:
        """Every form by itself: each ends in its own way."""
        assert isinstance(branch, model.Branch)
        arms: list[model.Arm] = []
        opened: list[str] = []
        for arm, links in zip(branch.arms, forms, strict=True):
            elements, is_open = self._settled(arm.elements, links)
            if is_open:
                opened += [*([] if arms else [""]), *(link.name for link in links)]
            arms.append(replace(arm, elements=elements, open=is_open))
        everywhere = all(arm.open for arm in arms)
        return (replace(branch, arms=tuple(arms)),), everywhere or tuple(opened)

    def _settled(
        self, elements: tuple[model.Element, ...], links: list[model.Link]
    ) -> tuple[tuple[model.Element, ...], bool]:
        by_line = bool(links) and all(link.bounded for link in links)
        by_time = self.scope.explicit or (self.layout.kind == "response" and self.awaited)
        bounded = not self.unit and (by_line or by_time)
        elements, is_open = settle(self.scope, self.layout, elements, bounded=bounded)
        # a size that is no length says how much is read, not when everything is there
        return elements, is_open or (self.scope.explicit and sized_by_a_value(elements))
