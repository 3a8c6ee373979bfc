"""What descriptions mean as trees: the places where one could think otherwise."""

import pytest

from protoc.dsl import tree
from protoc.dsl.printing.expressions import expression
from protoc.dsl.words import CONTROLS
from tests.dsl.reading import action, element, only, right, value


def names(nodes: tuple[tree.Name, ...]) -> list[str]:
    return [node.text for node in nodes]


# --- constants and numbers ---


@pytest.mark.parametrize(
    "text, octets",
    [
        ("0xAA55", b"\xaa\x55"),
        ("0x00FF", b"\x00\xff"),
        ('x"01 0a FF"', b"\x01\x0a\xff"),
        ("x'0102'", b"\x01\x02"),
        *CONTROLS.items(),
    ],
)
def test_constant_bytes(text: str, octets: bytes) -> None:
    constants = element(text)
    assert isinstance(constants, tree.Constants)
    ((constant,),) = constants.alternatives
    assert isinstance(constant, tree.Octets)
    assert (constant.value, constant.text) == (octets, text)


@pytest.mark.parametrize("text", ["12", "0x1F", "0b101", "0.5", "1e3", "-3", "-0x10", "-0.5"])
def test_numbers_keep_their_notation(text: str) -> None:
    number = value(text)
    assert isinstance(number, tree.Number)
    assert number.text == text
    assert number.value == (float(text) if "." in text or "e" in text else int(text, 0))


def test_hexadecimal_is_a_number_in_an_expression() -> None:
    assert isinstance(value("0xAA55"), tree.Number)


@pytest.mark.parametrize(
    "written, meant",
    [
        (r'"a\n\r\t\0\\\"\x41\u00b5"', 'a\n\r\t\0\\"A\u00b5'),
        ("'it is \"it\"'", 'it is "it"'),
        ('"# no comment"', "# no comment"),
        ('""', ""),
    ],
)
def test_strings(written: str, meant: str) -> None:
    string = value(written)
    assert isinstance(string, tree.String)
    assert string.value == meant


def test_alternatives_of_sequences() -> None:
    constants = element('CR LF | "\\n" | x"00"')
    assert isinstance(constants, tree.Constants)
    assert [len(each) for each in constants.alternatives] == [2, 1, 1]


@pytest.mark.parametrize(
    "text, amount, unit",
    [("500ms", 500, "ms"), ("5s", 5, "s"), ("2min", 2, "min"), ("3.5char", 3.5, "char")],
)
def test_durations(text: str, amount: float, unit: str) -> None:
    duration = value(text)
    assert isinstance(duration, tree.Duration)
    assert (duration.amount, duration.unit) == (amount, unit)


# --- expressions ---


@pytest.mark.parametrize(
    "short, full",
    [
        ("a + b * c", "a + (b * c)"),
        ("a - b - c", "(a - b) - c"),
        ("a ** b ** c", "a ** (b ** c)"),
        ("-a ** b", "(-a) ** b"),
        ("a & 1 == 0", "(a & 1) == 0"),
        ("a | b & c << d + e", "a | (b & (c << (d + e)))"),
        ("not a == b and c", "(not (a == b)) and c"),
        ("a or not b and c", "a or ((not b) and c)"),
        ("-sum(..) & 0x7F", "(-sum(..)) & 0x7F"),
        ("a - -1", "a - (-1)"),
    ],
)
def test_precedence(short: str, full: str) -> None:
    assert value(short) == value(full)
    assert expression(value(full)) == short


def test_parentheses_that_matter_are_printed() -> None:
    assert expression(value("(a + b) * (c - (d - e))")) == "(a + b) * (c - (d - e))"


def test_ranges_in_calls() -> None:
    call = value("f(.., a.., ..b, a..b, c=1..2, 3 -> 4)")
    assert isinstance(call, tree.Invocation)
    kinds = [type(argument.value).__name__ for argument in call.arguments]
    assert kinds == ["Range"] * 5 + ["Substitution"]
    assert call.arguments[4].name is not None


# --- names ---


@pytest.mark.parametrize("word", ["end", "match", "if", "value", "status", "or", "ACK", "count"])
def test_any_word_names_a_field(word: str) -> None:
    field = element(f"{word} : u8")
    assert isinstance(field, tree.Field)
    assert field.name.text == word


@pytest.mark.parametrize("word", ["end", "match", "command", "id", "none", "CR", "x"])
def test_any_word_is_declared_behind_a_noun(word: str) -> None:
    for noun in ("message", "command", "param", "enum", "protocol", "group"):
        rest = {"enum": "{}", "group": "{}"}.get(noun, "")
        declaration = only(f"{noun} {word} {rest}")
        assert getattr(declaration, "name").text == word  # noqa: B009 - not all have names


def test_any_word_names_an_argument() -> None:
    call = value("f(if=1, ACK=2, not=3)")
    assert isinstance(call, tree.Invocation)
    assert [a.name.text for a in call.arguments if a.name] == ["if", "ACK", "not"]


def test_a_port_is_no_field() -> None:
    link = only("link tcp client :5025")
    assert isinstance(link, tree.Link)
    assert (link.name, link.port) == (None, 5025)


def test_a_link_may_be_called_like_its_kind() -> None:
    link = only("link tcp : tcp server : 4000")
    assert isinstance(link, tree.Link)
    assert link.name is not None
    assert (link.name.text, link.kind.text, link.port) == ("tcp", "tcp", 4000)


@pytest.mark.parametrize("before", ['until ";"', "default a", "except LF", "= a.b", "max 3"])
@pytest.mark.parametrize("word", ["reversed", "strict", "signed", "save"])
def test_modifiers_that_are_words_elsewhere(before: str, word: str) -> None:
    field = element(f"a : text {before} {word}")
    assert isinstance(field, tree.Field)
    assert field.typed.modifiers[1].word == word


# --- lines ---


@pytest.mark.parametrize(
    "text",
    [
        "pair p = a\n  -> b\n  | c\n  then d\n  else e\n  where f == g",
        "pair p = a # to\n\n  # and\n  -> b | c then d else e where f == g",
    ],
)
def test_lines_that_continue(text: str) -> None:
    assert only(text) == only("pair p = a -> b | c then d else e where f == g")


def test_a_field_that_looks_like_a_continuation() -> None:
    layout = only("message m {\n  a : u8\n  or : u8\n  else : u8\n  where : u8\n}")
    assert isinstance(layout, tree.Layout)
    assert isinstance(layout.body, tree.Block)
    assert len(layout.body.statements) == 4


def test_newlines_in_parentheses_mean_nothing() -> None:
    assert value("f(\n a,\n # why\n b\n)") == value("f(a, b)")
    assert element("a : [\n u8\n]") == element("a : [u8]")


def test_labels_and_bits_on_lines_of_their_own() -> None:
    short = only("enum e { a = 1, b = 2, or = 3 }")
    assert only("enum e {\n a = 1\n b = 2,\n or = 3\n}") == short
    assert element("a : u8 {\n b @1\n c @0\n}") == element("a : u8 { b @1, c @0 }")


# --- templates ---


def test_a_template_is_a_block_in_line() -> None:
    template = element(r'"V {v:float .3},{{\x41}} {name}"')
    assert isinstance(template, tree.Template)
    first, field, second, bare = template.elements
    assert isinstance(first, tree.Constants)
    assert isinstance(second, tree.Constants)
    assert second.alternatives == ((tree.String(value=",{A} ", span=second.span),),)
    assert field == element("v : float .3")
    assert bare == element("name")
    assert field.span.text == "v:float .3"


def test_text_in_a_slot_takes_the_other_quote() -> None:
    template = element("\"{xs:[float] sep ',' except '}'}\"")
    assert isinstance(template, tree.Template)
    assert template.elements == (element("xs : [float] sep ',' except '}'"),)


def test_a_text_without_braces_is_a_constant() -> None:
    assert isinstance(element('"GET"'), tree.Constants)


def test_doubled_braces_beside_other_constants() -> None:
    constants = element('"}}" CR')
    assert isinstance(constants, tree.Constants)
    first = constants.alternatives[0][0]
    assert isinstance(first, tree.String)
    assert first.value == "}"


def test_templates_beside_other_constants_are_statements_of_their_own() -> None:
    assert only('message m { "A{x:dec}" CR LF }') == only('message m { "A{x:dec}"; CR LF }')


# --- comments ---

COMMENTED = """\
# above
## Documents a.
message a { # moves in
    ## Documents x.
    x : u8

    # about y
    y : u8      ## documents y
    z : u8      # behind z
    # closing
}

# end
"""


def test_documentation() -> None:
    document = right(COMMENTED)
    (layout,) = document.declarations
    assert isinstance(layout, tree.Layout)
    assert isinstance(layout.body, tree.Block)
    x, y, z = layout.body.statements
    assert [node.doc for node in (layout, x, y, z)] == [
        "Documents a.",
        "Documents x.",
        "documents y",
        "",
    ]


def test_comments() -> None:
    document = right(COMMENTED)
    (layout,) = document.declarations
    assert isinstance(layout, tree.Layout)
    assert isinstance(layout.body, tree.Block)
    x, y, z = layout.body.statements
    assert layout.trivia.above == ("# above",)
    assert x.trivia.above == ("# moves in",)
    assert y.trivia.above == ("", "# about y")
    assert z.trivia.behind == "# behind z"
    assert layout.body.closing == ("# closing",)
    assert document.closing == ("", "# end")


def test_documentation_behind_an_opening_brace() -> None:
    assert only("message a { ## about a\n}").doc == "about a"


def test_documentation_of_labels_and_bits() -> None:
    enum = only("enum e {\n  a = 1, ## first\n  ## second\n  b = 2\n}")
    assert isinstance(enum, tree.Enum)
    assert [label.doc for label in enum.labels] == ["first", "second"]


# --- what is written shorter than it means ---


def test_else_if_is_a_block_with_one_if() -> None:
    assert element("if a {} else if b {}") == element("if a {} else { if b {} }")


def test_an_arm_without_braces() -> None:
    assert element("match a { 1, 2 => b : u8; _ => {} }") == element(
        "match a { 1, 2 => { b : u8 }; _ => {} }"
    )


def test_actions() -> None:
    copy = action("copy a.b reversed to c if d == 1")
    assert [target.text for target in copy.targets if isinstance(target, tree.Reference)] == ["a.b"]
    assert copy.words == ("reversed",)
    assert [key for key, _ in copy.operands] == ["to"]
    assert copy.condition is not None
    assert isinstance(action("execute g first once").targets[0], tree.Reference)
    assert isinstance(action("execute g(x=1)").targets[0], tree.Invocation)
    assert action("set a = b").value == value("b")
    assert action("g").verb == "item"
    stuff = action("stuff 0x10 unless 0x03 skip 1, 2")
    assert isinstance(stuff.value, tree.Octets)
    assert [(key, len(values)) for key, values in stuff.operands] == [("unless", 1), ("skip", 2)]


def test_where_is_a_setting_too() -> None:
    framing = only("framing {\n  max 1\n  where a == b\n  timeout 1s\n}")
    assert isinstance(framing, tree.Framing)
    assert names(tuple(each.word for each in framing.settings)) == ["max", "where", "timeout"]


def test_spans_are_where_things_stand() -> None:
    field = element("level : u16 scale 0.1 range 0..100")
    assert isinstance(field, tree.Field)
    assert field.span.text == "level : u16 scale 0.1 range 0..100"
    assert field.typed.type.span.text == "u16"
    assert [m.span.text for m in field.typed.modifiers] == ["scale 0.1", "range 0..100"]
