/**
 * The kinds of virtual links, one small class each.
 *
 * <p>A kind holds the options to create or change a link with, writes them as the inside of
 * IFLA_INFO_DATA, and can be used for one link after another: {@code reset()} forgets all options.
 * An option that is not set is not written, and the kernel's default holds.
 *
 * <p>May use: {@code netlink}, {@code netlink.route}.
 */
package io.fastvif.netlink.route.kind;
