"""Everything at once on invented people: simulators, web pages, worker, first sync, proof."""
