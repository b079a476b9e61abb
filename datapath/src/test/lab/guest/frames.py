# frames.py LINK TAP...: whether a frame passes between the first macvtap and the link, and to the next macvtap.
# Each end is the device file of a macvtap, as a guest has it, or a packet socket on a link.
import fcntl, os, select, socket, struct, sys

TYPE = b"\x88\xb5"  # for local experiments


def sysfs(link, name):
    with open(f"/sys/class/net/{link}/{name}") as file:
        return file.read().strip()


def end(link):
    if not os.path.exists(f"/sys/class/net/{link}/macvtap"):
        packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88B5))
        packets.bind((link, 0x88B5))
        return packets.detach()
    file = os.open("/dev/tap" + sysfs(link, "ifindex"), os.O_RDWR)
    # TUNSETIFF with IFF_TAP | IFF_NO_PI: no virtio header before a frame
    fcntl.ioctl(file, 0x400454CA, struct.pack("16sH22x", link.encode(), 0x1002))
    return file


links = [link for link in sys.argv[1:] if os.path.exists("/sys/class/net/" + link)]
ends = {link: end(link) for link in links}
addresses = {link: bytes.fromhex(sysfs(link, "address").replace(":", "")) for link in links}


def passes(source, target, tries):
    frame = addresses[target] + addresses[source] + TYPE + f"{source} to {target}".encode().ljust(60, b".")
    for attempt in range(tries):
        os.write(ends[source], frame)
        while select.select([ends[target]], [], [], 0.5)[0]:
            if os.read(ends[target], 2000)[: len(frame)] == frame:
                return True
    return False


def say(source, target, tries):
    print(source, "reaches" if passes(source, target, tries) else "does not reach", target)


outside, taps = links[0], links[1:]
say(taps[0], outside, 20)
say(outside, taps[0], 20)
if len(taps) > 1:
    say(taps[0], taps[1], 6)
