"""A client: `python order.py ID QTY`, or `python order.py close`."""

import socket
import sys

with socket.create_connection(("127.0.0.1", 7402)) as line:
    line.sendall(" ".join(sys.argv[1:]).encode() + b"\n")
    print(line.recv(100).decode().strip() or "sent")
