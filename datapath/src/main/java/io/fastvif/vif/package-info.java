/**
 * VIFs, port profiles, networks, datapath offload and instances: os-vif's objects as immutable
 * records.
 *
 * <p>Each os-vif class is one record; what os-vif's classes inherit is one component ({@link
 * io.fastvif.vif.VifBase}, {@link io.fastvif.vif.OpenVSwitchPort}) behind the default methods of a
 * sealed interface. A field of os-vif may be unset, null or have a value, and a program may depend
 * on which it is, so a component is a {@link io.fastvif.vif.Field}. Every object carries an {@link
 * io.fastvif.vif.Envelope}: the version it was read with and the fields its sender changed. Where
 * os-vif has a default, a method of boolean type ({@link io.fastvif.vif.Vif#isActive()}) applies
 * it.
 *
 * <p>A builder makes what os-vif makes of the same arguments: the newest version, and all fields
 * given listed as changed. What can only be the name of a kernel device is checked by the record
 * that holds it, however it was made. The source of names and defaults is os-vif's {@code
 * os_vif/objects}.
 *
 * <p>May use: nothing of fastvif.
 */
package io.fastvif.vif;
