"""Keeping PosRecords in step with every POS: connections, runs, quarantine, reconciliation."""
