"""Cova (Covasoft, on iQmetrix): one company's customers over the CRM service."""
