/**
 * Generic netlink: how a family of requests is found by its name, and the header that all families
 * share. Each family has a package of its own; {@code devlink} is one.
 *
 * <p>A family's number is the kernel's choice at each start, so {@link
 * io.fastvif.netlink.generic.GenericController} asks the controller, a family with a fixed number,
 * for it and for the numbers of the family's groups of events.
 *
 * <p>May use: {@code bindings}, {@code netlink}.
 */
package io.fastvif.netlink.generic;
