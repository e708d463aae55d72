"""FIX: sessions, the order gateway, the venue adapter, post-trade. It sees only `smartexec.api`."""
