"""UI kit: base templates, styles, and what every page needs."""
