"""Tests of drafting a series from the market."""
