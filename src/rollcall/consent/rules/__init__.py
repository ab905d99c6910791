"""Pure decisions of consent."""
