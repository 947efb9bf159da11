"""Invented records: Vietnamese office pages made by rule, with exact truth, for tests, trials and benches."""
