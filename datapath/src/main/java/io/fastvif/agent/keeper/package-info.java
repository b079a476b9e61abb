/**
 * How the agent keeps VIFs.
 *
 * <ol>
 *   <li>All that the keeper knows belongs to one thread; requests, what the host answers and what
 *       the disk answers are handed to it. Of each VIF one thing is done at a time, in the order in
 *       which it was asked for ({@code Turn}); different VIFs go together.
 *   <li>What was declared is in a log ({@code VifLog}), to which one thread adds all that waits
 *       together and syncs it once ({@code VifStore}). Measured for a thousand VIFs at once, on a
 *       busy host with two processors: a file for each, with a sync for each, took 500 ms and more,
 *       160 of them to make the files; the log takes 5. When half of it and more has no effect any
 *       more, it is written anew.
 *   <li>A plug begins when its declaration is written, and is answered when that is synced and the
 *       host has it; host and disk work at the same time. If the process is killed in between, the
 *       next agent finds the declaration, and finishes what nobody was told of. Of what is declared
 *       and there already, nothing is written, and neither the engine nor, where nothing has to be
 *       read, the keeper's thread is asked ({@code UnchangedVifs}): Nova plugs all VIFs again when
 *       it starts.
 *   <li>The host tells of its changes ({@link io.fastvif.VifHost#watch}). What they may be about is
 *       planned as if it were to be plugged ({@code DriftWatch}); a VIF whose plan has steps has
 *       drifted, and is plugged. Of what many VIFs share, one of them is planned. What the engine
 *       itself does to the packet filter is not told, or each plug would have all bridges planned.
 *   <li>Planning knows a VIF's devices by their names and their marks. Those that lose one of them
 *       are known again by what this process has seen of them, and get it back first ({@code
 *       DeviceRecovery}).
 *   <li>A VIF that does not stay repaired, or cannot be, has a pause that doubles ({@code Pauses}).
 *       An event about it ends the pause, but not the next one at once. Nothing wakes while nothing
 *       changes and nobody waits for his pause to end.
 * </ol>
 *
 * <p>What "as declared" means is what plugging means: plugging leaves a bridge that somebody else
 * made as it is, so one that he has set down is no drift, and one that is gone is. These have no
 * event, and are seen with the next change of their link, or the next start: settings below {@code
 * /proc/sys/net}; of a link that is down its alternative names, alias and group; VLANs, leases and
 * files; settings of virtual functions that another process makes.
 *
 * <p>May use: {@code io.fastvif}, {@code agent}, {@code bindings}, {@code engine}, {@code json},
 * {@code plan}, {@code trace}, {@code vif}.
 */
package io.fastvif.agent.keeper;
