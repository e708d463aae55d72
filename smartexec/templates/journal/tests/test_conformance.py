"""The journal against the conformance kit: `smartexec certify .` makes a certificate of it."""

from smartexec.testing import JournalKit

from smartexec_your_name.journal import YourName


class TestYourName(JournalKit):
    journal = YourName
