"""How orders are laid out, for kiosks, programs and pages."""
