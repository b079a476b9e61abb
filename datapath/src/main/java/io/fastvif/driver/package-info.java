/**
 * The network-driver interface: a hypervisor asks for an endpoint on a named network, says what it
 * can take, and gets one of those, or every reason why not.
 *
 * <p>A {@link io.fastvif.driver.NetworkDriver} puts an {@link io.fastvif.driver.Endpoint} in place
 * and takes it away again; it knows nothing of hypervisors. The hypervisor reads the endpoint's
 * type and location, all of which it named itself in the {@link io.fastvif.driver.EndpointRequest},
 * and knows nothing of networks. A migration is a request on one host and a release on the other;
 * the drivers of the two never meet.
 *
 * <p>A driver is chosen by name in the configuration, see {@link io.fastvif.driver.NetworkDrivers};
 * {@code io.fastvif.driver.file} has the one that is included. An endpoint's id is all that a
 * release needs, also after a restart of the driver.
 *
 * <p>May use: {@code bindings}, {@code io.fastvif}, {@code plugin}, {@code provider}, {@code vif}.
 */
package io.fastvif.driver;
