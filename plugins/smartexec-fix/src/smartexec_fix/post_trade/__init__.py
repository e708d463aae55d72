"""The post-trade sink: drop copies, allocations and captures out, acknowledgements in."""
