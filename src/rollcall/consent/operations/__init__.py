"""Writing to the ledger, and what follows from it."""
