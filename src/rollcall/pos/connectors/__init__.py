"""One folder per POS. Nobody imports them by name: ``rollcall.pos.registry`` finds them."""
