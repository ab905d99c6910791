"""Which records are one person: evidence weighed pair by pair, clusters checked as wholes."""
