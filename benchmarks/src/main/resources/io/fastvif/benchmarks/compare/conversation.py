"""What the Python peers of the comparison share: commands on standard input, answers in JSON on standard output."""

import json
import sys
import time


def serve(plug, unplug, **others):
    """Answers "plug FROM TO", "unplug FROM TO", other operations and "latency FROM TO INTERVAL" until input ends.

    Operations are called with the range of VIFs to work on.
    """
    operations = dict(others, plug=plug, unplug=unplug)
    for line in sys.stdin:
        word, *numbers = line.split()
        first, last, *interval = map(int, numbers)
        if word == 'latency':
            nanos = latencies(plug, first, last, interval[0])
        else:
            start = time.monotonic_ns()
            operations[word](range(first, last))
            nanos = [time.monotonic_ns() - start]
        print(json.dumps({'nanos': nanos}), flush=True)


def latencies(plug, first, last, interval):
    """Plugs one VIF each interval, or as soon as the one before is done if that is later."""
    nanos = []
    start = time.monotonic_ns()
    for number in range(first, last):
        wait = start + (number - first) * interval - time.monotonic_ns()
        if wait > 0:
            time.sleep(wait / 1e9)
        begun = time.monotonic_ns()
        plug((number,))
        nanos.append(time.monotonic_ns() - begun)
    return nanos
