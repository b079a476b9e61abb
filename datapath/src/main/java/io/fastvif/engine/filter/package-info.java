/**
 * The engine's packet filter side: the rules that let frames through a bridge, in iptables' own
 * table.
 *
 * <p>Rules on what a bridge forwards are another socket's: all steps on them that have gathered in
 * a round are one batch of nf_tables ({@code FilterBatch}), a transaction that the kernel refuses
 * when anybody has changed a rule since it was read. So there is no instant at which a rule is
 * there without its owner's comment, or without the note of the VIF that wants it.
 *
 * <p>{@code ForwardingTables} is what the kernel has, {@code ForwardingWish} what it shall have,
 * and {@code ForwardingMessages} what has to be sent for it. {@code FilterReader} reads the rules
 * for planning. Of hundreds of bridges the rules take milliseconds to read, so both go by what was
 * read last while the kernel says that it is still so ({@code KnownTables}).
 *
 * <p>May use: {@code bindings}, {@code engine.side}, {@code netlink}, {@code netlink.netfilter},
 * {@code netns}, {@code observe}, {@code plan}.
 */
package io.fastvif.engine.filter;
