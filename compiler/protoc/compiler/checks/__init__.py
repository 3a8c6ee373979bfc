"""What a description means may still be wrong: one function a code, over the resolved model."""

from __future__ import annotations

from protoc.compiler import model
from protoc.compiler.checks import candidates, conversation, requests, unused, values
from protoc.dsl.diagnostics import Diagnostics

CHECKS = (
    values.too_long,
    values.labels_that_do_not_fit,
    values.ranges_beyond_the_type,
    candidates.same_or_hidden,
    conversation.blank_fields,
    conversation.timers_faster_than_the_line,
    conversation.answers_over_at_the_timeout,
    requests.requested_fields,
    unused.params,
    unused.hooks,
    unused.responses,
)


def check(protocol: model.Protocol, diagnostics: Diagnostics) -> None:
    """Run every check; the model is that of a description without errors so far."""
    for each in CHECKS:
        each(protocol, diagnostics)
