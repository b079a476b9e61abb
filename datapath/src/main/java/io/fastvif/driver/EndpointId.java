package io.fastvif.driver;

import io.fastvif.vif.InvalidInputException;
import java.util.Objects;
import java.util.UUID;

/**
 * The identity of an endpoint on its host, written {@code NETWORK/TYPE/PORT}. It holds all that a
 * driver needs to release the endpoint, so that neither side has to keep anything else.
 *
 * @param network the network's name
 * @param type the endpoint's type
 * @param port the port's id
 */
public record EndpointId(String network, EndpointType type, UUID port) {
  private static final int MAX_NAME = 64;
  private static final int PARTS = 3;

  /**
   * Checks the network's name.
   *
   * @throws InvalidInputException if it cannot be the name of a network
   */
  public EndpointId {
    checkNetwork(network);
    Objects.requireNonNull(type);
    Objects.requireNonNull(port);
  }

  /**
   * Checks a network's name.
   *
   * @throws InvalidInputException if it is not 1 to 64 ASCII letters, digits, dots, hyphens and
   *     underscores
   */
  public static void checkNetwork(String network) {
    boolean valid = !network.isEmpty() && network.length() <= MAX_NAME;
    for (int i = 0; valid && i < network.length(); i++) {
      char c = network.charAt(i);
      valid = c < 0x80 && (Character.isLetterOrDigit(c) || c == '.' || c == '-' || c == '_');
    }
    if (!valid) {
      throw InvalidInputException.ofValue(
          "network",
          network,
          "is not the name of a network",
          "1 to 64 ASCII letters, digits, dots, hyphens and underscores");
    }
  }

  /**
   * Reads what {@link #toString} gives.
   *
   * @throws InvalidInputException if the text is anything else
   */
  public static EndpointId parse(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length == PARTS) {
      try {
        UUID port = UUID.fromString(parts[2]);
        EndpointId id = new EndpointId(parts[0], EndpointType.parse(parts[1]), port);
        if (id.toString().equals(text)) {
          return id;
        }
      } catch (IllegalArgumentException wrong) {
        // said below; InvalidInputException is one too
      }
    }
    throw InvalidInputException.ofValue(
        "endpoint", text, "is not the id of an endpoint", "NETWORK/TYPE/PORT, the port a UUID");
  }

  @Override
  public String toString() {
    return network + "/" + type + "/" + port;
  }
}
