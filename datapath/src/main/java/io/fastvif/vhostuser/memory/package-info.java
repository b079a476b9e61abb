/**
 * A guest's memory in this process: maps what a vhost-user frontend shares, and translates guest
 * and user addresses to addresses of this process.
 *
 * <p>The table of regions ({@link io.fastvif.vhostuser.memory.GuestMemory}) is immutable: a request
 * that changes the memory replaces it ({@link io.fastvif.vhostuser.memory.CurrentGuestMemory}).
 * Each ring has a view of its own ({@link io.fastvif.vhostuser.memory.GuestMemoryView}), which
 * switches to the newest table when the ring asks for it, between two bursts. Tables and mappings
 * are reference-counted, so nothing is unmapped under a ring, and no lock is taken.
 *
 * <p>The guest is not trusted. A region is taken only if its file is memory (a memfd, tmpfs,
 * hugetlbfs: other file systems may keep a page fault waiting for ever) and as long as the region
 * says. The file is sealed against shrinking where it can be; where it cannot, as with DPDK's
 * memory, the mapping is guarded: what {@link io.fastvif.vhostuser.memory.SharedMapping} says.
 *
 * <p>May use: {@code bindings}, {@code handover}, {@code trace}.
 */
package io.fastvif.vhostuser.memory;
