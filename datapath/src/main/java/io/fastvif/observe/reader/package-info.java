/**
 * Readers of parts of a host, for snapshots and for the engine's sides: what hangs on a link, who
 * uses it, virtual functions, PCI devices; and what a snapshot keeps of the kernel's messages.
 * Nothing here changes anything.
 *
 * <p>May use: {@code bindings}, {@code lease}, {@code netlink}, {@code netlink.route}, {@code
 * netlink.route.kind}, {@code netns}, {@code pci}, {@code plan}, {@code vif}.
 */
package io.fastvif.observe.reader;
