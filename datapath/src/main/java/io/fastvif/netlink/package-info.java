/**
 * Netlink: message codecs and the socket they travel on.
 *
 * <p>Codecs know nothing of sockets, and the socket knows nothing of requests. {@link
 * io.fastvif.netlink.MessageEncoder} appends message after message to one reused segment, so that a
 * whole batch goes out in one {@code sendmsg}; a message that does not fit is taken back and goes
 * into the next send. {@link io.fastvif.netlink.MessageDecoder}, {@link
 * io.fastvif.netlink.AttributeIterator} and {@link io.fastvif.netlink.AttributeTable} are
 * flyweights over received bytes: every length is checked before it is used, and a wrong one is a
 * {@link io.fastvif.netlink.MalformedMessageException}. {@link io.fastvif.netlink.NetlinkSocket}
 * belongs to one thread at a time, takes messages from the kernel only, and reads many of them with
 * one {@code recvmmsg}. Sending and receiving allocate nothing; an error's text is made only when
 * there is an error.
 *
 * <p>May use: {@code bindings}, {@code trace}.
 */
package io.fastvif.netlink;
