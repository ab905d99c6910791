"""Pure decisions of proofs."""
