import click
import pytest

from protoc.cli.durations import Duration


@pytest.mark.parametrize(
    "text, seconds", [("500ms", 0.5), ("5s", 5.0), ("0.6s", 0.6), ("2min", 120.0), (".5 h", 1800.0)]
)
def test_duration(text: str, seconds: float) -> None:
    assert Duration().convert(text, None, None) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "5", "soon", "-5s", "5 parsec", "s", "1e3s", "nan s"])
def test_no_duration(text: str) -> None:
    with pytest.raises(click.BadParameter, match="500ms, 5s, 2min"):
        Duration().convert(text, None, None)
