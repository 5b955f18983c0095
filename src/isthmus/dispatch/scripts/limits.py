"""What a script may use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What one script may use.

    `cpu_seconds` is checked by the system in whole seconds, `seconds` by our clock. `memory_mb` is
    the worker's address space. Sizes are of UTF-8 bytes.
    """

    seconds: float = 10.0
    cpu_seconds: int = 2
    memory_mb: int = 512
    input_bytes: int = 8_000_000
    script_bytes: int = 100_000
    output_bytes: int = 1_000_000
    trace_bytes: int = 64_000
