"""Certificates of 127.0.0.1, each its own authority, made anew for each test by openssl."""

import ssl
import subprocess
from pathlib import Path

from attrs import frozen


@frozen
class Certificate:
    """A certificate, with its key beside it."""

    pem: Path

    @property
    def key(self) -> Path:
        """Its key."""
        return self.pem.with_suffix(".key")

    def tls(self, ca: "Certificate") -> str:
        """Give the `tls` of a configuration: who shows this one, and trusts another."""
        return f'{{ca = "{ca.pem}", cert = "{self.pem}", key = "{self.key}"}}'

    def server(self, ca: "Certificate") -> ssl.SSLContext:
        """Give what a server needs that demands a certificate of each client."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ca.pem)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(self.pem, self.key)
        return context

    def client(self, ca: "Certificate") -> ssl.SSLContext:
        """Give what a client needs that shows this one."""
        context = ssl.create_default_context(cafile=ca.pem)
        context.load_cert_chain(self.pem, self.key)
        return context


def certificate(folder: Path, name: str) -> Certificate:
    """Make one."""
    made = Certificate(folder / f"{name}.pem")
    subject = ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*command, "-keyout", str(made.key), "-out", str(made.pem)], check=True, capture_output=True)
    return made
