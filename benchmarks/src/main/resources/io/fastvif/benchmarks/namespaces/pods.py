# Connects each pod whose namespace is named on the command line, and prints the median in
# microseconds. What it does is what PodNetworks.java does.
import statistics
import sys
import time

from pyroute2 import NetNS

times = []
for name in sys.argv[1:]:
    start = time.monotonic()
    with NetNS(name, flags=0) as pod:
        eth0 = pod.link_lookup(ifname="eth0")[0]
        pod.link("set", index=1, state="up")
        pod.link("set", index=eth0, state="up")
        pod.addr("add", index=eth0, address="10.1.2.3", prefixlen=24)
        pod.route("add", dst="default", gateway="10.1.2.1")
        pod.neigh("replace", dst="10.1.2.1", lladdr="02:00:00:00:00:09", ifindex=eth0, state="permanent")
    times.append(time.monotonic() - start)
print(int(statistics.median(times) * 1_000_000))
