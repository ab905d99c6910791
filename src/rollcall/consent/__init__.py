"""The consent ledger: what shoppers agreed to, and whether they may be contacted now."""
