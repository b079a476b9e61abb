package io.fastvif.engine;

import io.fastvif.engine.ovs.OvsTransport;
import io.fastvif.engine.ovs.OvsdbTransport;
import io.fastvif.ovsdb.OvsdbRemotes;
import io.fastvif.ovsdb.TlsCredentials;
import java.time.Duration;
import java.util.Objects;

/**
 * Where an engine finds Open vSwitch.
 *
 * @param servers of its database, tried in turn
 * @param tls what a TLS connection proves itself with; null without TLS
 * @param limit how long a plan may take with its changes, the opening of the connection and the
 *     wait for ovs-vswitchd included; as long again to take them back
 */
public record OvsSettings(OvsdbRemotes servers, TlsCredentials tls, Duration limit) {

  /** Checks that all is there. */
  public OvsSettings {
    Objects.requireNonNull(servers);
    Objects.requireNonNull(limit);
  }

  /** A database without TLS, and os-vif's limit of two minutes. */
  public static OvsSettings of(String servers) {
    return new OvsSettings(OvsdbRemotes.parse(servers), null, Duration.ofMinutes(2));
  }

  /**
   * Begins to connect to the database.
   *
   * @param wake called by another thread when something has come from it
   */
  OvsTransport open(Runnable wake) {
    return new OvsdbTransport(servers, tls, limit, wake);
  }
}
