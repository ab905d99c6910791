"""Words without domain: scope, keys, clock, normal forms. Knows nothing of the folders above it."""
