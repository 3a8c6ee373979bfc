"""`protoc run`."""

from __future__ import annotations

import click

from protoc.cli.durations import Duration
from protoc.cli.failures import UsageFailure
from protoc.cli.lines import Announced, line_failures, stoppable, stopwatch, urls
from protoc.cli.settings import param_values
from protoc.cli.sides import listening, read_sides
from protoc.cli.sources import compiled, loaded


@click.command("run")
@click.argument("source")
@click.option("--connect", multiple=True, metavar="[LINK=]URL", help="Where the device is.")
@click.option("--listen", multiple=True, metavar="[LINK=]URL", help="Where devices connect to.")
@click.option("--for", "seconds", type=Duration(), help="End after this time.")
@click.option("--set", "settings", multiple=True, metavar="PARAM=VALUE", help="A saved value.")
@click.option("--trace", is_flag=True, help="Show triggers and actions too.")
def command(
    source: str,
    connect: tuple[str, ...],
    listen: tuple[str, ...],
    seconds: float | None,
    settings: tuple[str, ...],
    trace: bool,
) -> None:
    """Run the whole conversation with a device: timers, triggers, what it says by itself.

    With --connect LINK=URL or --listen LINK=URL, several times, it goes over several links at once.
    """
    if not (connect or listen):
        raise UsageFailure("run: give one of --connect URL and --listen URL")
    from protoc.cli.reports import Fields, Reporter
    from protoc.runtime.drivers.blocking import Driver
    from protoc.runtime.drivers.sides import couple

    protocol = loaded(compiled(source)).PROTOCOL
    values = param_values(protocol, settings)
    sides = read_sides(protocol, connect, listen)
    printed = Announced(several=len(sides) > 1)
    report = Reporter(
        printed,
        stopwatch(),
        Fields(protocol),
        trace=trace,
        server=bool(listen),
        several=len(sides) > 1,
    )
    with urls():
        session, endpoint = couple(protocol, sides)
    for name, value in values.items():
        session.params.set(name, value)
    driver = Driver(session, endpoint, on_event=report)
    with stoppable() as stop, line_failures():
        driver.wakeable()
        stop.tell(driver.stop)
        try:
            driver.open()
            printed.at(listening(driver.urls, sides))
            driver.run(seconds)
        except OSError:
            if not stop.asked:
                raise
        finally:
            driver.close()
