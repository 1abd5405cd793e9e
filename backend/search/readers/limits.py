"""What a reader gives itself before it looks at a file."""

import os
import resource

MEMORY_BYTES = 768 << 20
"""Address space, of which the libraries themselves take about 150 MB."""
CPU_S = 60
OPEN_FILES = 64
NICENESS = 10


def limit_this_process() -> None:
    """For good: the hard limits come down too."""
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CPU: CPU_S,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for which, limit in limits.items():
        resource.setrlimit(which, (limit, limit))
    os.nice(NICENESS)


def memory_is_short() -> bool:
    """Whether this process has come near its limit: then an odd error of a parser means that."""
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak_kib << 10 > MEMORY_BYTES * 3 // 4
