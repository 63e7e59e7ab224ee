"""What the benchmarks share: timing in one process, ratios in a table, a JSON file beside the script."""

import json
import os
import platform
import statistics
import time
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def seconds(function, *, repeats=7, warm=True, clock=time.perf_counter):
    """Median and smallest time of several runs, after one that is not counted unless it has been run already.

    The clock is that of the wall; ``time.process_time`` counts the seconds of this process, over all its threads.
    """
    if warm:
        function()
    times = []
    for _ in range(repeats):
        start = clock()
        function()
        times.append(clock() - start)
    return {"median": statistics.median(times), "min": min(times), "repeats": repeats}


def report(name, rows, notes):
    """Print a table of rows (dicts with the same keys); with a name, write everything to results/<name>.json."""
    columns = list(rows[0])
    cells = [[_text(row[column]) for column in columns] for row in rows]
    widths = [max(len(column), *(len(row[i]) for row in cells)) for i, column in enumerate(columns)]
    for row in (columns, ["-" * width for width in widths], *cells):
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)))
    if name is None:
        return
    RESULTS.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    (RESULTS / f"{name}.json").write_text(
        json.dumps({"machine": machine, "notes": notes, "rows": rows}, indent=1) + "\n"
    )


def _text(value):
    return f"{value:.3g}" if isinstance(value, float) else str(value)
