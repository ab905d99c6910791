"""Leaflogix, now Dutchie POS: one location's or company's customers over the public POS API."""
