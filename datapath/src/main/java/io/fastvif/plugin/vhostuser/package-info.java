/**
 * The plugin {@code vhostuser}: a VIFVHostUser whose backend is another process, such as DPDK's or
 * a switch's that is told of the port by somebody else. What is left to do on the host is the
 * socket: the folder is made for whoever makes the socket, the backend's socket is waited for and
 * probed, and given to the user whom the hypervisor runs as; a socket that a hypervisor left is
 * removed.
 *
 * <p>Which end is which says the VIF's mode: {@code client} is a hypervisor that connects to the
 * backend, {@code server} one that the backend connects to, at any time later.
 *
 * <p>Planning does not look at files, so a plan has the same steps each time; those that find
 * everything as it should be change nothing, and the outcome says so.
 *
 * <p>May use: {@code host}, {@code plan}, {@code plugin}, {@code vif}.
 */
package io.fastvif.plugin.vhostuser;
