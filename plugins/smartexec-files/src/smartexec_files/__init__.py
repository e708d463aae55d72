"""Order files, recorded market data, journals and table export. What smartexec calls is in `plugin`."""
