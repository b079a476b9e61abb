package io.fastvif.testing;

import io.fastvif.VifHost;
import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointReleaseException;
import io.fastvif.driver.EndpointRequest;
import io.fastvif.driver.EndpointUnavailableException;
import io.fastvif.driver.NetworkDriver;
import io.fastvif.driver.NetworkDrivers;
import io.fastvif.vif.MacAddress;
import java.util.Map;

/**
 * Requests or releases endpoints with the driver {@code file} and the plugins that are installed,
 * and prints what came of each: {@code FILE (request|release) NETWORK/TYPE/PORT...}.
 */
public final class EndpointCommand {
  /** Of every endpoint that is requested. */
  public static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:77");

  private EndpointCommand() {}

  /** Takes the file of networks, what to do, and the endpoints. */
  public static void main(String[] arguments) {
    try (VifHost host = VifHost.open()) {
      NetworkDriver driver =
          NetworkDrivers.create(Map.of("driver", "file", "file.networks", arguments[0]), host);
      for (int i = 2; i < arguments.length; i++) {
        EndpointId id = EndpointId.parse(arguments[i]);
        System.out.println(
            arguments[1].equals("request") ? request(driver, id) : release(driver, id));
      }
    }
  }

  private static String request(NetworkDriver driver, EndpointId id) {
    try {
      EndpointRequest request = EndpointRequest.of(id.network(), id.port(), id.type());
      return driver.request(request.withMac(MAC)).toString();
    } catch (EndpointUnavailableException refused) {
      return "refused: " + refused.reasons().get(id.type());
    }
  }

  private static String release(NetworkDriver driver, EndpointId id) {
    try {
      driver.release(id);
      return "released " + id;
    } catch (EndpointReleaseException kept) {
      return "kept: " + kept.getMessage();
    }
  }
}
