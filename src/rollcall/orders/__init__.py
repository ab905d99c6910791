"""Orders: taken at kiosks, or living in a POS; each knows its person."""
