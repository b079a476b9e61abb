/**
 * The façade: {@link io.fastvif.VifHost}, with which a host's VIFs are plugged and unplugged, and
 * all that an agent needs beside.
 *
 * <p>A host owns an engine with a monitor, and the plugins; its configuration ({@link
 * io.fastvif.config.HostConfiguration}) serves both. What is submitted are operations, not plans:
 * an operation is planned when the one before it on its VIF has ended, so nothing that a caller
 * knows can be out of date. The host itself is the only memory: {@code plugged()} reads it, and
 * {@code sync} holds it against a desired set; an agent that was killed just begins anew.
 *
 * <p>Results come as stages that never fail: whatever goes wrong is a result with a failure, which
 * names the step, the kernel's error and what is left behind. A VIF that cannot be planned fails
 * alone, with the words of {@code fastvif plan}. A full queue is waited for, within a limit, or
 * refused at once by {@code offer}. Statistics are gathered by the engine's thread into counters
 * that nobody else writes; whoever reads them pays for it. Ports of Open vSwitch bear no mark of
 * fastvif's, so that {@code sync} takes none away that has no other device.
 *
 * <p>May use everything but {@code driver}, {@code libvirt} and {@code cli}.
 *
 * <p>May use: {@code config}, {@code engine}, {@code netlink.route}, {@code netns}, {@code plan},
 * {@code plugin}, {@code switchdev}, {@code switchdev.pool}, {@code vif}, {@code vif.json}.
 */
package io.fastvif;
