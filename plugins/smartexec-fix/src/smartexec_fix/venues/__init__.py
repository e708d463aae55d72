"""The venue adapter: orders out, reports and market data in, a dialect for each venue."""
