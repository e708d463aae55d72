"""A gap in what the peer has sent: what was asked for again, and what came meanwhile from beyond it."""

from attrs import define, field

from smartexec_fix.message import Message


@define(eq=False)
class Gap:
    """At most `most` messages wait; more are asked for again once the gap is filled."""

    most: int
    _asked: tuple[int, int] | None = field(init=False, default=None)
    """From, to."""
    _early: dict[int, Message] = field(init=False, factory=dict)

    def wait(self, seq: int, message: Message) -> None:
        """Keep a message from beyond the gap."""
        if len(self._early) < self.most:
            self._early[seq] = message

    def asks(self, first: int, seq: int) -> bool:
        """Whether what is missing before `seq` is to be asked for; it counts as asked for then."""
        if self._asked is not None and seq >= self._asked[0]:
            return False
        self._asked = (first, seq - 1)
        return True

    def heard(self, seq: int) -> None:
        """A message was taken: the gap may be filled with it."""
        if self._asked is not None and seq >= self._asked[1]:
            self._asked = None

    def next(self, seq: int) -> Message | None:
        """Take out the message of this number, if it waits."""
        return self._early.pop(seq, None)

    def clear(self) -> None:
        """Nothing is missing, and nothing waits."""
        self._asked = None
        self._early.clear()
