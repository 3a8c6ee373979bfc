"""Whether one message accepts all the bytes of another: certain, or not said."""

from __future__ import annotations

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.checks.atoms import ASCII, Atom, Byte, Pattern, Stretch
from protoc.compiler.checks.patterns import computed
from protoc.compiler.resolve.beginnings import octets_of


def covers(general: Pattern, special: Pattern, *, whole: bool) -> bool:
    """Whether `general` accepts every message of `special`, or with `whole` false its beginning."""
    return _Walk(general, special).fits(whole)


class _Walk(Struct):
    """Both patterns side by side; `i` and `j` are how far each is read."""

    a: Pattern
    b: Pattern
    i: int = 0
    j: int = 0
    shifted: bool = False

    def fits(self, whole: bool) -> bool:
        """Read both to the end of the general one."""
        while self.i < len(self.a.atoms):
            atom = self.a.atoms[self.i]
            fits = self._byte(atom) if isinstance(atom, Byte) else self._stretch(atom)
            if not fits:
                return False
            self.i += 1
        return self.j == len(self.b.atoms) or not whole

    def _byte(self, x: Byte) -> bool:
        y = self.b.atoms[self.j] if self.j < len(self.b.atoms) else None
        if not isinstance(y, Byte) or y.values & ~x.values:
            return False
        self.j += 1
        if x.rule is not None and x.rule != y.rule and not _is_text(x, y):
            return False
        if x.check is None or x.check.drives:
            return True
        if y.check is None:
            return False
        same = x.check.by_place == y.check.by_place and not self.shifted
        return same or x.check.by_span == y.check.by_span

    def _stretch(self, x: Stretch) -> bool:
        y = self.b.atoms[self.j] if self.j < len(self.b.atoms) else None
        if isinstance(y, Stretch) and self._same(x, y):
            self.j += 1
            return True
        if x.ends and isinstance(x.element, model.Constant | model.LinkEnd):
            return self._one_of(x)
        element = x.element
        if isinstance(element, model.Region) and isinstance(element.size, model.GivenSize):
            return self._counted(x, element.size)
        if not isinstance(element, model.Field) or not _is_free(element):
            return False
        size = element.wire.size if isinstance(element.wire, model.Sized) else None
        if isinstance(size, model.GivenSize):
            return self._counted(x, size)
        if element.longest is not None:
            return False
        if isinstance(size, model.UntilNext) and not size.between and size.times == 1:
            return self._up_to(x, element)
        if size == model.UntilEnd(0) and self.i + 1 == len(self.a.atoms):
            return self._rest(element)
        return False

    def _rest(self, element: model.Field) -> bool:
        """All that is left of a region."""
        atoms = self.b.atoms[self.j :]
        self.j = len(self.b.atoms)
        return all(_takes_atom(element.wire, atom) for atom in atoms)

    def _same(self, x: Stretch, y: Stretch) -> bool:
        """Whether two stretches end alike, and the first takes what the second holds."""
        if x.size is None:
            return False
        by_span = x.by_span is not None and x.by_span == y.by_span
        if not by_span and (x.size != y.size or (self.shifted and x.by_span is not None)):
            return False
        if isinstance(x.element, model.Region):
            if x.inside is None or y.inside is None or not _as_long(x.element, y.element):
                return False
            return covers(x.inside, y.inside, whole=True)
        if isinstance(x.element, model.Constant | model.LinkEnd):
            return True
        if not isinstance(x.element, model.Field):
            return False
        if not _is_free(x.element) or not _as_long(x.element, y.element):
            return False
        wire = x.element.wire
        if isinstance(wire, model.Raw):
            return True
        if not isinstance(y.element, model.Field) or isinstance(y.element.wire, _BINARY):
            return False
        return _takes(wire, y.element.wire)

    def _one_of(self, x: Stretch) -> bool:
        """Alternatives against one of them."""
        for end in x.ends:
            atoms = self.b.atoms[self.j : self.j + len(end)]
            if [a.only if isinstance(a, Byte) else None for a in atoms] == list(end):
                self.j += len(end)
                return True
        return False

    def _counted(self, x: Stretch, size: model.GivenSize) -> bool:
        """As many bytes as a number says, which is always the same in the other."""
        count = self._evaluate(size.expression)
        longest = x.element.longest if isinstance(x.element, model.Region | model.Field) else None
        if count is None or count < 0 or (longest is not None and count > longest):
            return False
        atoms = self.b.atoms[self.j : self.j + count]
        if len(atoms) < count or not all(isinstance(atom, Byte) for atom in atoms):
            return False
        if isinstance(x.element, model.Region):
            held = Pattern(atoms, self.b.values)
            if x.inside is None or not covers(x.inside, held, whole=True):
                return False
        else:
            assert isinstance(x.element, model.Field)
            if not all(_takes_byte(x.element.wire, atom) for atom in atoms):
                return False
        self.j += count
        self.shifted = True
        return True

    def _evaluate(self, expression: model.Expression) -> int | None:
        if isinstance(expression, model.Value):
            return expression.value if isinstance(expression.value, int) else None
        if isinstance(expression, model.Own):
            return self.b.values.get(self._place(expression.path[0]))
        if isinstance(expression, model.Operation) and len(expression.operands) == 2:
            left, right = (self._evaluate(operand) for operand in expression.operands)
            if left is not None and right is not None:
                return computed(expression.operator, left, right)
        return None

    def _place(self, key: str) -> int:
        return self.a.places.get(key, -1)

    def _up_to(self, x: Stretch, element: model.Field) -> bool:
        """Everything up to a constant: it must come in the other, and what precedes be taken."""
        last = self.i + 1 + (len(x.ends[0]) if len(x.ends) == 1 else 1) == len(self.a.atoms)
        first = sum(1 << octet for octet in {end[0] for end in x.ends if end})
        if not x.ends:
            return False
        for j in range(self.j, len(self.b.atoms)):
            atom = self.b.atoms[j]
            if self._ends_at(j, x):
                self.j, self.shifted = j, True
                return True
            if not last and _can_hold(atom, first, x):
                return False
            if not _takes_atom(element.wire, atom):
                return False
        return False

    def _ends_at(self, j: int, x: Stretch) -> bool:
        atom = self.b.atoms[j]
        if isinstance(atom, Stretch):
            return atom.ends == x.ends and not isinstance(atom.element, model.Field)
        if len(x.ends) != 1:
            return False
        end = x.ends[0]
        atoms = self.b.atoms[j : j + len(end)]
        return [a.only if isinstance(a, Byte) else None for a in atoms] == list(end)


_BINARY = model.Integer | model.Real | model.Bits
# encodings in which every byte is a character
_FREE = ("latin-1", model.DIGITS)


def _is_free(element: model.Element) -> bool:
    """Whether a field takes whatever its type takes."""
    return (
        isinstance(element, model.Field)
        and not isinstance(element.origin, model.Derived | model.Fixed)
        and element.bounds is None
        and not element.forbidden
        and not element.pattern
        and not element.conversion.strict
        and not element.conversion.boolean
    )


def _as_long(element: model.Element, other: model.Element) -> bool:
    """Whether an element may have as many bytes as another."""
    if not isinstance(element, model.Region | model.Field) or element.longest is None:
        return True
    most = other.longest if isinstance(other, model.Region | model.Field) else None
    return most is not None and most <= element.longest


def _is_text(x: Byte, y: Byte) -> bool:
    """Whether text takes a byte of plain characters."""
    ascii_alike = ("utf-8", "ascii", "latin-1", "cp1252")
    return (
        isinstance(x.rule, tuple)
        and len(x.rule) == 2
        and x.rule[0] == "text"
        and x.rule[1] in ascii_alike
        and not y.values & ~ASCII
    )


def _takes_byte(wire: model.Wire, atom: object) -> bool:
    if not isinstance(atom, Byte):
        return False
    if isinstance(wire, model.Raw):
        return True
    if not isinstance(wire, model.Text) or wire.quoted:
        return False
    if wire.encoding in _FREE or atom.rule == ("text", wire.encoding):
        return True
    return wire.encoding in ("utf-8", "ascii", "cp1252") and not atom.values & ~ASCII


def _takes_atom(wire: model.Wire, atom: Atom) -> bool:
    """Whether a stretch of one type takes a position, or all of another stretch."""
    if isinstance(atom, Byte):
        return _takes_byte(wire, atom)
    if isinstance(wire, model.Raw):
        return True
    element = atom.element
    if isinstance(element, model.Constant | model.LinkEnd):
        return all(octet < 128 for end in atom.ends for octet in end) and bool(atom.ends)
    return (
        isinstance(element, model.Field)
        and not isinstance(element.wire, _BINARY)
        and _takes(wire, element.wire)
    )


def _takes(wire: model.Wire, other: model.Wire) -> bool:
    """Whether a stretch of one type takes what another holds."""
    if isinstance(wire, model.Raw):
        return True
    if isinstance(wire, model.Text):
        if wire.quoted:
            return wire == other
        if wire.encoding in _FREE:
            return True
        if isinstance(other, model.Text):
            return wire.encoding == other.encoding
        characters = isinstance(other, model.Digits) and not (other.packed or other.lenient)
        return characters and wire.encoding in ("utf-8", "ascii", "cp1252")
    if isinstance(wire, model.Digits) and isinstance(other, model.Digits):
        same = (wire.notation, wire.pad, wire.left) == (other.notation, other.pad, other.left)
        wide = not wire.varying or (wire.reach or (0, 0)) >= (other.reach or (0, 0))
        return wire.lenient or (same and wide and not other.lenient)
    return False


def _can_hold(atom: Byte | Stretch, first: int, x: Stretch) -> bool:
    """Whether something may hold the first byte of what ends a stretch."""
    if isinstance(atom, Byte):
        return bool(atom.values & first)
    element = atom.element
    if isinstance(element, model.Field) and isinstance(element.wire, model.Digits):
        return bool(sum(1 << c for c in octets_of(element.wire)) & first)
    return not (isinstance(element, model.Field) and atom.ends == x.ends)
