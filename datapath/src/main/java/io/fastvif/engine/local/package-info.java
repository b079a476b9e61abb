/**
 * The engine's local side: steps that are done with files, devices and other processes, and may
 * take long. They run on the engine's slow threads, in its namespace, never on its own thread. (The
 * steps that {@code plan} calls local, making a tap and writing a setting, take microseconds: the
 * kernel side does those at once.)
 *
 * <p>A step is done once and then answered: done, nothing to do, left as it is with a note, or
 * failed with an exception, and then nothing of it is left. What waits for another process is a
 * {@code StepWait}, which is looked at now and then and has no thread meanwhile.
 *
 * <p>May use: {@code bindings}, {@code engine.side}, {@code files}, {@code lease}, {@code macvtap},
 * {@code netlink}, {@code netlink.route}, {@code netns}, {@code observe.reader}, {@code pci},
 * {@code plan}, {@code portprofile}, {@code switchdev}, {@code vhostuser.protocol}, {@code
 * vhostuser.session}, {@code vif}.
 */
package io.fastvif.engine.local;
