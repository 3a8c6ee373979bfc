"""`protoc simulate`."""

from __future__ import annotations

import click

from protoc.cli.durations import Duration
from protoc.cli.lines import Announced, line_failures, stoppable, stopwatch, urls
from protoc.cli.settings import param_values
from protoc.cli.sources import compiled, loaded


@click.command("simulate")
@click.argument("source")
@click.option("--listen", "url", required=True, metavar="URL", help="Where to be found.")
@click.option("--set", "settings", multiple=True, metavar="PARAM=VALUE", help="What it answers.")
@click.option("--for", "seconds", type=Duration(), help="End after this time.")
def command(source: str, url: str, settings: tuple[str, ...], seconds: float | None) -> None:
    """Be the device that a description describes.

    Each command of a pair is answered with the pair's first response, made from the params.
    """
    from protoc.cli.reports import Fields, Reporter
    from protoc.runtime.simulator import Simulator

    protocol = loaded(compiled(source)).PROTOCOL
    values = param_values(protocol, settings)
    printed = Announced()
    report = Reporter(printed, stopwatch(), Fields(protocol), server=True)
    with urls():
        simulator = Simulator(protocol, url, params=values, on_event=report)
    with stoppable() as stop, line_failures():
        stop.tell(simulator.stop)
        try:
            simulator.open()
            printed.at(simulator.url)
            if not stop.asked:
                simulator.serve(seconds)
        except OSError:
            if not stop.asked:
                raise
        finally:
            simulator.close()
