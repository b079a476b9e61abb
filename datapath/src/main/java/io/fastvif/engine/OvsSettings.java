package io.fastvif.engine;

import io.fastvif.ovsdb.OvsdbAddress;
import io.fastvif.ovsdb.TlsCredentials;
import java.time.Duration;
import java.util.Objects;

/**
 * Where an engine finds Open vSwitch.
 *
 * @param address its database
 * @param tls what a TLS connection proves itself with; null without TLS
 * @param limit how long a change may take, the opening of the connection included
 */
public record OvsSettings(OvsdbAddress address, TlsCredentials tls, Duration limit) {

  /** Checks that all is there. */
  public OvsSettings {
    Objects.requireNonNull(address);
    Objects.requireNonNull(limit);
  }

  /** A database without TLS, and os-vif's limit of two minutes. */
  public static OvsSettings of(String address) {
    return new OvsSettings(OvsdbAddress.parse(address), null, Duration.ofMinutes(2));
  }
}
