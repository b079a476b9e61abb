/**
 * Rtnetlink: links, addresses, routes, bridge ports with their VLANs, and what limits links' rates.
 *
 * <p>Each sort of object has a request that writes its messages ({@link
 * io.fastvif.netlink.route.LinkRequest} and its like) and a message that reads them ({@link
 * io.fastvif.netlink.route.LinkMessage} and its like). Both are flyweights. Requests write to an
 * encoder and know no socket, so that a batch of them can go out in one send; {@link
 * io.fastvif.netlink.route.RouteSocket} is the convenience for one request at a time. What is
 * special to one kind of link is in its own small class in {@code route.kind}. {@link
 * io.fastvif.netlink.route.LinkMonitor} follows the kernel's events, and reads everything again
 * when it lost some.
 *
 * <p>May use: {@code bindings}, {@code netlink}, {@code netns}.
 */
package io.fastvif.netlink.route;
