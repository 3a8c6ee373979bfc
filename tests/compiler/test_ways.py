"""Ways of a branch that share a name: what is given tells which one is written."""

from __future__ import annotations

from tests.properties.modules import compiled

CAMERA = """
protocol camera "Camera"
link tcp client
command zoom {
    0x7D
    either { action : u8 as zoom { stop = 0, tele = 2, wide = 3 } strict } or {
        _ : u8 { action @7..4 as fast { tele_fast = 2, wide_fast = 3 } strict, speed @3..0 }
    }
    0xFF
}
"""


def test_a_shared_field_belongs_to_the_way_of_the_other_fields() -> None:
    found = compiled(CAMERA)
    assert found is not None
    ((_, zoom),) = found.messages()
    written = {
        b"\x7d\x02\xff": {"action": found.module.Zoom.TELE},
        b"\x7d\x25\xff": {"action": found.module.Fast.TELE_FAST, "speed": 5},
    }
    for data, values in written.items():
        message = zoom(**values)
        assert message.encode() == data
        assert zoom.construct.declarative.build(message) == data
        assert zoom.decode(data) == message
