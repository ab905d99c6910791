"""The composition root: settings, URLs, processes and the ``rollcall`` command."""
