"""Transaction cost analysis: costs of orders and runs, and comparisons. It sees only `smartexec.api`."""
