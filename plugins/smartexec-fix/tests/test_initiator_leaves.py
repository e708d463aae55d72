"""An initiator that has said goodbye: a connection that opens all the same is closed, for good."""

import fix_messages as fix

from smartexec.api import Close, Opened
from smartexec_fix.session.initiator import Initiator

LATEST = 1 << 62
"""The runtime takes no time that is not earlier."""


def test_connection_that_opens_after_the_goodbye_is_closed_until_a_time_that_the_runtime_takes() -> None:
    link = Initiator(fix.session(initiator=True), "c", print)
    list(link.leave(fix.at(0)))
    (close,) = link.handle(Opened("c"), fix.at(1))
    assert isinstance(close, Close)
    assert close.until is not None
    assert fix.at(86_400) < close.until < LATEST
