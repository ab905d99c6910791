"""Pure decisions of notices: what kinds there are, when to try again, where mail goes."""
