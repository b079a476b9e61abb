/**
 * From a VIF to its plan. A {@link io.fastvif.plugin.VifPlugin} is found by ServiceLoader, through
 * its {@link io.fastvif.plugin.VifPluginFactory}, under the name in the VIF's {@code plugin} field;
 * each has a sub-package of its own. A plugin is a pure function: it says what it takes, refuses
 * the rest with the field's name, and plans; it never touches the host.
 *
 * <p>Its options are named {@code PLUGIN.OPTION}, under os-vif's own option names where os-vif has
 * the option.
 *
 * <table>
 *   <caption>The plugins of this module</caption>
 *   <tr><th>name</th><th>takes</th><th>does</th></tr>
 *   <tr><td>linux_bridge</td><td>VIFBridge</td><td>a port of a Linux bridge, which it makes and
 *     gives an uplink</td></tr>
 *   <tr><td>ovs</td><td>VIFOpenVSwitch, VIFBridge, VIFVHostUser, VIFHostDevice</td><td>a port of
 *     Open vSwitch, plain or hybrid, of a tap, a vhost-user socket or a representor</td></tr>
 *   <tr><td>direct</td><td>VIFDirect</td><td>a macvtap on a network device</td></tr>
 *   <tr><td>hostdev</td><td>VIFHostDevice</td><td>leases a PCI device and sets its function up
 *     </td></tr>
 *   <tr><td>nested_dpdk</td><td>VIFNestedDPDK</td><td>leases a PCI device and binds it to a driver
 *     for a pod</td></tr>
 *   <tr><td>tap</td><td>VIFGeneric</td><td>a persistent tap</td></tr>
 *   <tr><td>vhostuser_fp</td><td>VIFVHostUser with a profile of a fast path</td><td>a vhost-user
 *     port of fastvif's own, joined to a tap in a bridge, in Open vSwitch or routed, or to a link of
 *     the host</td></tr>
 *   <tr><td>vhostuser</td><td>VIFVHostUser</td><td>waits for a backend that is another process,
 *     or serves a port that is joined to a link of the host</td></tr>
 *   <tr><td>noop</td><td>VIFVHostUser, VIFNestedDPDK</td><td>nothing</td></tr>
 * </table>
 *
 * <p>The options of each are in datapath/README.md.
 *
 * <p>May use: {@code forward.bridge}, {@code host}, {@code plan}, {@code provider}, {@code vif}.
 */
package io.fastvif.plugin;
