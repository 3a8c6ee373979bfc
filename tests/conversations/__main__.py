"""Writes what comes of every conversation; read the difference before it is kept."""

from tests.conversations.playing import DEVICES, HERE, described, played

for device in DEVICES:
    talk = HERE / f"{device}.talk"
    talk.write_text(played(described(device), talk.read_text("utf-8")), "utf-8")
