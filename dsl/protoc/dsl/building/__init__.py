"""From reductions of the grammar to the syntax tree.

The parser calls the method named like a rule with the rule's children: tokens, nodes, or parts.
"""

from __future__ import annotations

from protoc.dsl.building.conversation import Conversation
from protoc.dsl.building.layouts import Layouts
from protoc.dsl.building.links import Links


class Builder(Layouts, Links, Conversation):
    """A method for every rule of `device.lark`."""
