"""`protoc run`."""

from __future__ import annotations

import click

from protoc.cli.durations import Duration
from protoc.cli.failures import UsageFailure
from protoc.cli.lines import Announced, line_failures, stoppable, stopwatch, urls
from protoc.cli.settings import param_values
from protoc.cli.sources import compiled, loaded


@click.command("run")
@click.argument("source")
@click.option("--connect", metavar="URL", help="Where the device is.")
@click.option("--listen", metavar="URL", help="Where devices connect to.")
@click.option("--for", "seconds", type=Duration(), help="End after this time.")
@click.option("--set", "settings", multiple=True, metavar="PARAM=VALUE", help="A saved value.")
@click.option("--trace", is_flag=True, help="Show triggers and actions too.")
def command(
    source: str,
    connect: str | None,
    listen: str | None,
    seconds: float | None,
    settings: tuple[str, ...],
    trace: bool,
) -> None:
    """Run the whole conversation with a device: timers, triggers, what it says by itself."""
    if (connect is None) == (listen is None):
        raise UsageFailure("run: give one of --connect URL and --listen URL")
    from protoc.cli.reports import Fields, Reporter
    from protoc.runtime.drivers.blocking import Driver
    from protoc.runtime.drivers.coupling import couple

    protocol = loaded(compiled(source)).PROTOCOL
    values = param_values(protocol, settings)
    printed = Announced()
    fields = Fields(protocol)
    report = Reporter(printed, stopwatch(), fields, trace=trace, server=listen is not None)
    with urls():
        session, endpoint = couple(protocol, listen or connect or "", listen=listen is not None)
    for name, value in values.items():
        session.params.set(name, value)
    driver = Driver(session, endpoint, on_event=report)
    with stoppable() as stop, line_failures():
        driver.wakeable()
        stop.tell(driver.stop)
        try:
            driver.open()
            printed.at(endpoint.url if listen is not None else None)
            driver.run(seconds)
        except OSError:
            if not stop.asked:
                raise
        finally:
            driver.close()
