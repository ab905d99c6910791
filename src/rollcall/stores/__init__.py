"""Retailers, their stores, kiosks and people: who may see what."""
