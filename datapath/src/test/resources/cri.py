"""What a kubelet asks a container runtime about pods' networks, over CRI (runtime.v1).

cri.py SOCKET CGROUP run PREFIX COUNT       COUNT pods at once; a line of each: its id and address
cri.py SOCKET CGROUP remove ID...           stops and removes them, at once
cri.py SOCKET CGROUP churn COUNT WORKERS    COUNT pods, each run and removed, WORKERS at a time

The pods' cgroups are made in CGROUP.

The few messages are written and read by hand, as protocol buffers have them: without protoc there
are no classes of them, and Debian has none.
"""
import concurrent.futures
import sys
import time

import grpc

DEADLINE_SECONDS = 240
LENGTH_DELIMITED = 2


def varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    """A field that is a string, or a message that was written already."""
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | LENGTH_DELIMITED) + varint(len(data)) + data


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def first(data, wanted):
    """The first field of that number that has a length; nothing if there is none."""
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        if key & 7 == LENGTH_DELIMITED:
            length, at = read_varint(data, at)
            if key >> 3 == wanted:
                return data[at : at + length]
            at += length
        else:
            _, at = read_varint(data, at)
    return b""


class Runtime:
    def __init__(self, socket, cgroup):
        self.cgroup = cgroup
        self.channel = grpc.insecure_channel("unix://" + socket)

    def call(self, method, request):
        plain = self.channel.unary_unary("/runtime.v1.RuntimeService/" + method)
        return plain(request, timeout=DEADLINE_SECONDS, wait_for_ready=True)

    def run(self, name):
        metadata = field(1, name) + field(2, "uid-" + name) + field(3, "default")
        linux = field(1, self.cgroup)
        config = field(1, metadata) + field(2, name) + field(8, linux)
        return first(self.call("RunPodSandbox", field(1, config)), 1).decode()

    def address(self, pod):
        status = first(self.call("PodSandboxStatus", field(1, pod)), 1)
        return first(first(status, 5), 1).decode()

    def remove(self, pod):
        self.call("StopPodSandbox", field(1, pod))
        self.call("RemovePodSandbox", field(1, pod))

    def churn(self, name):
        begin = time.monotonic()
        pod = self.run(name)
        middle = time.monotonic()
        self.remove(pod)
        return middle - begin, time.monotonic() - middle


def at_once(work, arguments, workers):
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, arguments))


def median(seconds):
    return "%.0f ms" % (sorted(seconds)[len(seconds) // 2] * 1000)


def main(socket, cgroup, command, *arguments):
    runtime = Runtime(socket, cgroup)
    if command == "run":
        names = ["%s%d" % (arguments[0], i) for i in range(int(arguments[1]))]
        pods = at_once(runtime.run, names, len(names))
        for pod in pods:
            print(pod, runtime.address(pod))
    elif command == "remove":
        at_once(runtime.remove, arguments, len(arguments))
    elif command == "churn":
        names = ["churn%d" % i for i in range(int(arguments[0]))]
        begin = time.monotonic()
        times = at_once(runtime.churn, names, int(arguments[1]))
        up, down = zip(*times)
        print(
            "churn: %d pods in %.0f s, RunPodSandbox %s, stopped and removed in %s (medians)"
            % (len(names), time.monotonic() - begin, median(up), median(down))
        )
    else:
        sys.exit("unknown command " + command)


if __name__ == "__main__":
    main(*sys.argv[1:])
