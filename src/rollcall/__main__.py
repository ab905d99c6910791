"""``python -m rollcall`` is the ``rollcall`` command."""

from rollcall.config.cli.main import main

main()
