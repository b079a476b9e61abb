/**
 * Tun and tap devices, made through {@code /dev/net/tun}: the one sort of virtual link that netlink
 * cannot create.
 *
 * <p>A device is made by attaching a queue to a name that is not there yet; the kernel would attach
 * to an existing device as gladly, so creation asks for exclusiveness (IFF_TUN_EXCL). It lives as
 * long as a queue is attached, or until it is deleted if it was made persistent. Everything is set
 * before it is made persistent: a step that fails closes the queue, and nothing is left. Address,
 * MTU and the like are set by netlink afterwards, as of any link.
 *
 * <p>May use: {@code bindings}, {@code trace}.
 */
package io.fastvif.tuntap;
