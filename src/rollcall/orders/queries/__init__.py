"""Reads of orders and of what stores sell."""
