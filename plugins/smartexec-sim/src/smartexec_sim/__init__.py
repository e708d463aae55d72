"""Simulated venues that replay market data, a synthetic market, and synthetic client orders."""
