"""`protoc simulate`."""

from __future__ import annotations

import click

from protoc.cli.durations import Duration
from protoc.cli.lines import Announced, line_failures, stoppable, stopwatch, urls
from protoc.cli.settings import param_values
from protoc.cli.sides import listening, read_sides
from protoc.cli.sources import compiled, loaded


@click.command("simulate")
@click.argument("source")
@click.option(
    "--listen", required=True, multiple=True, metavar="[LINK=]URL", help="Where to be found."
)
@click.option("--set", "settings", multiple=True, metavar="PARAM=VALUE", help="What it answers.")
@click.option("--for", "seconds", type=Duration(), help="End after this time.")
def command(
    source: str, listen: tuple[str, ...], settings: tuple[str, ...], seconds: float | None
) -> None:
    """Be the device that a description describes.

    Each command of a pair is answered with the pair's first response, made from the params.
    """
    from protoc.cli.reports import Fields, Reporter
    from protoc.runtime.simulator import Simulator

    protocol = loaded(compiled(source)).PROTOCOL
    values = param_values(protocol, settings)
    sides = read_sides(protocol, listen=listen)
    several = len(sides) > 1
    printed = Announced(several=several)
    report = Reporter(printed, stopwatch(), Fields(protocol), server=True, several=several)
    with urls():
        simulator = Simulator.on(protocol, sides, params=values, on_event=report)
    with stoppable() as stop, line_failures():
        stop.tell(simulator.stop)
        try:
            simulator.open()
            printed.at(listening(simulator.urls, sides))
            if not stop.asked:
                simulator.serve(seconds)
        except OSError:
            if not stop.asked:
                raise
        finally:
            simulator.close()
