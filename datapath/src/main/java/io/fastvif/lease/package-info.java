/**
 * The pool of virtual functions of a host: which are free, and who has the others.
 *
 * <p>A lease is a file named by the device's PCI address, in a folder that all processes of the
 * host share. It says who has the device, and once that VIF is plugged, how the device was before.
 * It is on the disk before anything is changed of the device, so whoever comes after a crash finds
 * both the holder and the way back. The folder is below {@code /run}: a reboot forgets the leases
 * together with the virtual functions.
 *
 * <p>The lease of a plugged device also says which network namespace's host plugged it: only that
 * one's lists it, and may take it for an orphan. To unplug its VIF by the id is any host's to do.
 *
 * <p>A lease is changed only under a lock on another file of the folder, and only from what the
 * planner saw to what it planned (compare and set). So of two processes that want the same device
 * one fails, and no holder is ever overwritten. Leases do not expire: a holder that died is
 * released by whoever knows that it did.
 *
 * <p>A function without a lease is free only if the host agrees: it has no driver of user space, no
 * link that is up, enslaved or moved to another namespace, and no representor that is a port.
 *
 * <p>May use: {@code bindings}, {@code files}, {@code plan}, {@code vif}.
 */
package io.fastvif.lease;
