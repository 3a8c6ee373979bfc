"""Descriptions in tests: compiled from text, what is said of them as codes."""

from textwrap import dedent

from protoc.compiler.pipeline import analyse, compile_source
from protoc.dsl.diagnostics import Diagnostic
from protoc.dsl.source import Source


def said(text: str) -> list[Diagnostic]:
    """Everything there is to say about a description; the protocol statement may be left out."""
    text = dedent(text)
    if "protocol " not in text:
        text = f"protocol p\n{text}"
    return list(analyse(Source("device.proto", text))[1])


def codes(text: str) -> list[str]:
    return [each.code for each in said(text)]


def module(text: str) -> str:
    """The module of a description; empty when it has errors."""
    return compile_source(Source("device.proto", text)).module
