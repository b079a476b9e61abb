/**
 * The engine: a lock-free queue of plans, batched execution, undo, completions.
 *
 * <p>One engine serves one network namespace with one thread, which alone changes it. It takes all
 * plans that have gathered and works in rounds: in each, every plan's next step is encoded behind
 * the others' and all go to the kernel in one send. rtnetlink runs a send's messages before the
 * send returns, so while the kernel is busy the next plans gather by themselves, join at the next
 * round, and no timer delays a lone plan. A plan's step is sent only when the one before it was
 * acknowledged, because a message after a failed one could change somebody else's link.
 *
 * <p>A plan that fails goes back step by step in the same rounds while the others go on. Steps on
 * what VIFs share (a bridge and its uplink) are taken back last, and only when no other VIF uses
 * it. Operations on one VIF follow one another; those on others pass them.
 *
 * <p>Links to delete are moved into an interface group that nobody else uses and leave with one
 * RTM_DELLINK: the kernel waits once for all of them instead of once for each. It lets such waits
 * overlap, so each is left to one of a few threads ({@code DeletionLane}), and neither plugs nor
 * other deletions stand behind it: four threads that each delete one link take 21 ms, one 17.
 *
 * <p>Reading 10,000 links takes the kernel some 6 us each, and the reader next to nothing more. An
 * agent that plans often has a {@link io.fastvif.engine.HostMonitor} instead, with {@code
 * monitorHost()}: callers take in waiting events under a lock, and so does the engine after each
 * exchange; there is no thread for it. Link events replace what was known; addresses and routes are
 * read again where an event hints at a change, because the kernel drops IPv4 routes without one.
 * After a loss the buffer is emptied, everything read again, and what came in meanwhile applied.
 *
 * <p>May use: {@code io.fastvif.plan}, and the transports {@code io.fastvif.netlink} and {@code
 * io.fastvif.netns}.
 */
package io.fastvif.engine;
