package io.fastvif.cni;

import io.fastvif.vif.VhostUserMode;

/**
 * A vhost-user interface of a pod, whatever switch has its other end.
 *
 * @param socket the path of its socket
 * @param podMode whether the pod makes the socket ({@code SERVER}) or connects to it
 * @param group whose number the socket's is; empty for nobody's in particular
 * @param mtu in bytes; 0 for the default
 * @param rates the limits of its traffic
 */
record VhostUserEnd(String socket, VhostUserMode podMode, String group, int mtu, PodRates rates) {
  private static final int DEFAULT_MTU = 1500;

  /** The MTU that the pod is told. */
  int told() {
    return mtu == 0 ? DEFAULT_MTU : mtu;
  }
}
