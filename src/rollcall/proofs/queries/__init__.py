"""Reads of proofs."""
