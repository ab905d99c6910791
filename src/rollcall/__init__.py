"""Rollcall: one trustworthy record per shopper, across every register."""

__version__ = "0.1.0"
