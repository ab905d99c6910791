"""Proving who stands at a kiosk: identification, codes, proofs, and log-ins of web shops."""
