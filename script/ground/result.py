"""What came out of a part of the tests."""

from dataclasses import dataclass, field


@dataclass
class Result:
    """Counts of one part; skipped tests have failed: they were meant to run."""

    part: str
    passed: int = 0
    failures: list[str] = field(default_factory=list)
    skips: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def failed(self) -> int:
        return len(self.failures) + len(self.skips)

    @property
    def ok(self) -> bool:
        return not self.failed

    def add(self, name: str, *, failed: bool) -> None:
        """Count one check."""
        if failed:
            self.failures.append(name)
        else:
            self.passed += 1

    def closing_line(self) -> str:
        return f"{self.passed} passed, {self.failed} failed"
