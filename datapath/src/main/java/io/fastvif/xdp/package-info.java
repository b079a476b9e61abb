/**
 * AF_XDP: a link's frames in memory of this process, without the host's network stack between.
 *
 * <p>An {@link io.fastvif.xdp.XdpLink} is a link with one socket for each of its queues. All have
 * one area of memory (UMEM), in frames of a page; each queue has its own share of it, half to
 * receive into and half to send from, so that queues know nothing of each other. A frame's way: the
 * fill ring gives the kernel what to receive into, the receive ring gives it back filled; the
 * transmit ring gives the kernel what to send, the completion ring gives it back sent.
 *
 * <p>Which frames come is decided by a program of five instructions, assembled here and loaded by
 * bpf(2): it redirects a frame into the socket of the queue that it came by, and passes it to the
 * host where there is none. It is attached by a bpf_link, which the kernel takes away with the
 * process, however that ends. Nobody else's program is ever replaced.
 *
 * <p>Another process can take all of it over by its descriptors: the memory for frames is a file of
 * memory, the rings are mapped again by their socket, and say themselves where they are but for the
 * places to send from that are free. Whoever has a descriptor of the link keeps it attached.
 *
 * <p>Everything that can be wrong is looked at first, and attaching comes last: where it is refused
 * the host is as before. Frames are copied by the kernel where the driver cannot do without
 * (zero-copy is its choice). Frames are whole: AF_XDP has no checksum left to complete, and none
 * that is larger than a page less its headroom.
 *
 * <p>May use: {@code bindings}, {@code handover}, {@code netlink}, {@code netlink.route}, {@code
 * vhostuser.virtqueue} (for memory by its address), {@code vif}.
 *
 * @see <a href="https://docs.kernel.org/networking/af_xdp.html">AF_XDP, linux/if_xdp.h</a>
 */
package io.fastvif.xdp;
