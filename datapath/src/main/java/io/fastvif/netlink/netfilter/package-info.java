/**
 * nf_tables: the tables, chains and rules of the kernel's packet filter.
 *
 * <p>{@link io.fastvif.netlink.netfilter.NftRequest} writes messages. Changes travel in a batch,
 * which is one transaction: the kernel carries out all of it or nothing, and with the number of the
 * generation that was read it refuses a batch when anybody has changed anything since. {@link
 * io.fastvif.netlink.netfilter.NftChain} and {@link io.fastvif.netlink.netfilter.NftRule} are what
 * was read, and {@link io.fastvif.netlink.netfilter.NftSocket} sends one request or batch at a
 * time. {@link io.fastvif.netlink.netfilter.IptablesLine} says a rule as iptables-save does.
 *
 * <p>Rules are written as iptables-nft writes them ({@code meta} and {@code cmp} on a link's name,
 * {@code counter}, then a verdict or an x_tables target), so that iptables shows them as its own.
 * Reading needs CAP_NET_ADMIN too. Numbers are in network byte order throughout.
 *
 * <p>May use: {@code bindings}, {@code netlink}.
 *
 * @see <a href="https://wiki.nftables.org/">nftables</a>, linux/netfilter/nf_tables.h
 */
package io.fastvif.netlink.netfilter;
