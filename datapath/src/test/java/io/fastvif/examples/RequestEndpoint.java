package io.fastvif.examples;

import io.fastvif.VifHost;
import io.fastvif.driver.Endpoint;
import io.fastvif.driver.EndpointRequest;
import io.fastvif.driver.EndpointType;
import io.fastvif.driver.NetworkDriver;
import io.fastvif.driver.NetworkDrivers;
import io.fastvif.driver.TapEndpoint;
import java.util.Map;
import java.util.UUID;

/** Asks for an endpoint on a named network, as a hypervisor that knows nothing of networks does. */
public final class RequestEndpoint {
  private RequestEndpoint() {}

  /** Takes the name of a file of networks, as io.fastvif.driver.file describes it; needs root. */
  public static void main(String[] arguments) throws Exception {
    UUID port = UUID.fromString("09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f");
    try (VifHost host = VifHost.open()) {
      NetworkDriver driver =
          NetworkDrivers.create(Map.of("driver", "file", "file.networks", arguments[0]), host);
      // What it can take, best first.
      Endpoint endpoint =
          driver.request(
              EndpointRequest.of("blue", port, EndpointType.VHOST_USER, EndpointType.TAP));
      if (endpoint instanceof TapEndpoint tap) {
        System.out.println("the guest's device is " + tap.device());
      }
      driver.release(endpoint.id());
    }
  }
}
