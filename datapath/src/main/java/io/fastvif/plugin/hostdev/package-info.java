/**
 * The plugin {@code hostdev}: a VIFHostDevice, a virtual function (or any other PCI device) that a
 * guest gets for itself.
 *
 * <p>Of a virtual function the MAC address, the VLAN of the network and what the options say are
 * set by its physical function; everything else that somebody left set is reset. With a port
 * profile of Open vSwitch the function's representor becomes a port as the plugin {@code ovs} does
 * it; the options of that half are {@code hostdev}'s own. With the option {@code driver} the device
 * is bound, to {@code vfio-pci} for example; without, that is left to the hypervisor, as libvirt
 * does it by {@code managed='yes'}.
 *
 * <p>The device is leased to the VIF first (see {@code io.fastvif.lease}), with how it was;
 * unplugging goes back to that: representor, driver, settings, and the lease last. Whoever is
 * killed in between leaves the lease, and the same VIF's next plan, to plug or to unplug, goes on
 * from there.
 *
 * <p>The two forms of {@code dev_type} differ for libvirt only, but for one thing: a function of
 * the form {@code ethernet} gets its address and VLAN from libvirt too, so a physical function that
 * this namespace does not have is an error for {@code generic} and a note for {@code ethernet}.
 *
 * <p>May use: {@code host}, {@code plan}, {@code plugin}, {@code plugin.ovs}, {@code vif}.
 */
package io.fastvif.plugin.hostdev;
