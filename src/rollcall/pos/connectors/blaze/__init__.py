"""BLAZE Retail: one company's members over the partner API."""
