package io.fastvif.agent.api;

import io.fastvif.config.HostConfiguration;
import io.fastvif.vif.InvalidInputException;

/** Says where something wrong stands: in the request, or among the agent's own options. */
final class Places {
  private Places() {}

  /**
   * What is wrong, with its place.
   *
   * @param path of the VIF in the request
   */
  static InvalidInputException placed(
      HostConfiguration configuration, InvalidInputException wrong, String path) {
    String place = configuration.place(wrong.path());
    return place == null ? wrong.under(path) : wrong.under(place + ": ");
  }
}
