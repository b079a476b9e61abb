package io.fastvif.vif;

/** Which end of a vhost-user socket the hypervisor is: os-vif's VIFVHostUserMode. */
public enum VhostUserMode {
  /** The hypervisor connects, the switch listens. */
  CLIENT,
  /** The hypervisor listens, the switch connects. */
  SERVER;

  /**
   * Reads the word of os-vif's JSON.
   *
   * @throws InvalidInputException if it is none of them
   */
  public static VhostUserMode parse(String text) {
    return switch (text) {
      case "client" -> CLIENT;
      case "server" -> SERVER;
      default ->
          throw InvalidInputException.ofValue("", text, "is not known here", "client or server");
    };
  }

  /** The word of os-vif's JSON. */
  @Override
  public String toString() {
    return switch (this) {
      case CLIENT -> "client";
      case SERVER -> "server";
    };
  }
}
