"""What came of it: tables, sums, breaches."""
