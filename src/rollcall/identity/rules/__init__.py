"""Pure decisions about identity: no Django, no network, no clock, no database."""
