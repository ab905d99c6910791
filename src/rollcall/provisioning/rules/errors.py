"""What can be wrong with a file."""

from __future__ import annotations

from collections.abc import Sequence


class ProvisioningError(ValueError):
    """The file cannot be applied; one line per problem, each naming its place in the file.

    No line repeats a secret.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)
