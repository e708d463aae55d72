"""Strategies that trade along a schedule. The strategies see only `smartexec.api`."""
