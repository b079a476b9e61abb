/**
 * A guest's memory in this process: what a vhost-user frontend shares by descriptors, mapped, and
 * the translation of the guest's and the frontend's addresses to this process's. Uses
 * native-bindings only.
 *
 * <p>The table of regions ({@link io.fastvif.vhostuser.memory.GuestMemory}) never changes: a
 * request that changes the memory makes another table and puts it in the place of the former
 * ({@link io.fastvif.vhostuser.memory.CurrentGuestMemory}). Each ring looks at it through a view of
 * its own ({@link io.fastvif.vhostuser.memory.GuestMemoryView}), which picks up the newest table
 * when the ring asks for it, between two bursts. A table counts its users, a mapping its tables:
 * the last one unmaps. So nothing is unmapped under a ring, and no lock is taken.
 *
 * <p>The guest is not trusted. A region is taken only if its file is memory (a memfd, tmpfs,
 * hugetlbfs: other file systems may keep a page fault waiting for ever) and as long as the region
 * says. The file is sealed against shrinking where it can be; where it cannot, as with DPDK's
 * memory, the mapping is guarded: what {@link io.fastvif.vhostuser.memory.SharedMapping} says.
 *
 * <p>May use: {@code bindings}.
 */
package io.fastvif.vhostuser.memory;
