/**
 * The engine's Open vSwitch side: plans' changes of its database, many in one transaction, and what
 * the database holds, for planning.
 *
 * <p>Open vSwitch is changed through its database, which answers later. What plans want of it
 * gathers while a transaction is under way and makes up the next one; a plan that waits for it
 * keeps nobody else waiting. A change says what is to be, and is held against the monitored rows
 * just before it is sent; one whose fate is unknown after a lost connection is simply looked at
 * again. A database without a row of Open_vSwitch is waited for like one that does not answer: what
 * is put into it is dropped at once, because nothing refers to it.
 *
 * <p>The monitored rows may be older than the database by what another client has just done. So a
 * change is never taken as done because of them: a port that is there as wanted, or is not there as
 * wanted, is something that the transaction expects ({@code wait}), and where it expects wrongly it
 * is refused, which is told behind the newer rows, and made anew from those. Only a plan that has
 * nothing to do at all believes them, such as plugging again, and a vhost-user port, which has no
 * device, is then taken for plugged for as long as the news of its removal is on the way.
 *
 * <p>{@code OvsTransport} is all that the engine asks; {@code OvsdbTransport} has a database behind
 * it. {@code OvsBatch} makes a transaction of many plans' changes, held against {@code OvsRows},
 * the monitored rows.
 *
 * <p>May use: {@code bindings}, {@code engine.side}, {@code ovsdb}, {@code plan}.
 */
package io.fastvif.engine.ovs;
