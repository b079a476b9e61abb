/**
 * What is to be done for one VIF, before anything is done.
 *
 * <p>A {@link io.fastvif.plan.PlugPlan} is an ordered list of typed {@link io.fastvif.plan.Step}s,
 * each with the step that undoes it. Planning is a pure function of the VIF, the instance and a
 * {@link io.fastvif.plan.HostSnapshot}: nothing here does any input or output, so every plugin is
 * tested without root and {@code fastvif plan} can print what would happen.
 *
 * <p>Most steps are the VIF's own and are undone when a later one fails. What many VIFs share (the
 * bridge, its uplink) is marked so: it is undone only while no other VIF has come to use it. Steps
 * name links; a link that the snapshot knows is also given by its index, which nobody can hand on
 * to another link by renaming.
 *
 * <p>A {@link io.fastvif.plan.SnapshotBuilder} may go on after a snapshot. Its hash maps lie in
 * chunks of 64 buckets; a snapshot is their state at one time, and the next change copies the chunk
 * that it falls into, not the 10,000 links: a snapshot costs nothing, a change after it some
 * kilobytes. The ports of a bridge, and what lies on a link, are kept in search trees that share
 * with their former versions too ({@code LinkOrder}), so that planning a VIF asks for its bridge's
 * lowest port or its uplink's VLANs without a look at the other links: what a plan costs does not
 * grow with the number of VIFs.
 *
 * <p>A {@link io.fastvif.plan.HostSnapshot} is one object. What does not come from rtnetlink's
 * links is a part of it ({@link io.fastvif.plan.HostParts}), read when planning first asks for it;
 * a snapshot with another part in its place shares what was read of the others.
 *
 * <p>May use: {@code forward.bridge}, {@code vif}.
 */
package io.fastvif.plan;
