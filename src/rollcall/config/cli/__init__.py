"""The ``rollcall`` command: one file a topic, loaded when it is called."""
