"""Figures about lists, products and checks, for pictures and reports."""
