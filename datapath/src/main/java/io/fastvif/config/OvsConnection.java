package io.fastvif.config;

import io.fastvif.engine.OvsSettings;
import io.fastvif.files.HostPath;
import io.fastvif.ovsdb.OvsdbAddress;
import io.fastvif.ovsdb.OvsdbRemotes;
import io.fastvif.ovsdb.TlsCredentials;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.NumberRange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Where Open vSwitch is, from the options of the plugin {@code ovs}. */
final class OvsConnection {
  static final String PLUGIN = "ovs";
  private static final String CONNECTION = "ovsdb_connection";

  /** The option that says where the database is. */
  static final String OPTION = PLUGIN + "." + CONNECTION;

  private static final String DEFAULT = "tcp:127.0.0.1:6640";
  private static final Duration FOREVER = Duration.ofDays(3650);
  private static final int DEFAULT_SECONDS = 120;

  private OvsConnection() {}

  /**
   * Reads the options.
   *
   * @throws InvalidInputException if one has a value that it does not take
   */
  static OvsSettings of(Map<String, String> values) {
    Map<String, String> own = new HashMap<>();
    values.forEach(
        (name, value) -> {
          if (name.startsWith(PLUGIN + ".")) {
            own.put(name.substring(PLUGIN.length() + 1), value);
          }
        });
    PluginOptions options = new PluginOptions(PLUGIN, own);
    String driver = options.text("ovsdb_interface", "native");
    if (!List.of("native", "vsctl").contains(driver)) {
      throw InvalidInputException.ofValue(
          PLUGIN + ".ovsdb_interface",
          driver,
          "is not known",
          "native or vsctl, which do the same");
    }
    int seconds = options.number("ovs_vsctl_timeout", 0, Integer.MAX_VALUE).orElse(DEFAULT_SECONDS);
    OvsdbRemotes servers = servers(options.text(CONNECTION, DEFAULT));
    return new OvsSettings(
        servers,
        servers.usesTls() ? tls(own) : null,
        seconds == 0 ? FOREVER : Duration.ofSeconds(seconds));
  }

  /**
   * Whether a text names the database that the options name.
   *
   * @throws InvalidInputException if it is no address
   */
  static boolean isSame(String text, Map<String, String> values) {
    String own = values.getOrDefault(OPTION, DEFAULT);
    return text.equals(own) || places(servers(text)).equals(places(servers(own)));
  }

  /** The servers; of a socket the file itself, by whichever path it is named. */
  private static Set<Object> places(OvsdbRemotes servers) {
    return servers.addresses().stream()
        .map(address -> address instanceof OvsdbAddress.Unix unix ? file(unix.path()) : address)
        .collect(Collectors.toSet());
  }

  private static Path file(Path socket) {
    try {
      return socket.toRealPath();
    } catch (IOException absent) {
      return socket;
    }
  }

  private static OvsdbRemotes servers(String text) {
    try {
      return OvsdbRemotes.parse(text);
    } catch (IllegalArgumentException malformed) {
      throw InvalidInputException.ofValue(
          PLUGIN + "." + CONNECTION,
          text,
          "is not an address of OVSDB",
          "unix:FILE, tcp:HOST:PORT or ssl:HOST:PORT with a PORT from "
              + NumberRange.PORT.min()
              + " to "
              + NumberRange.PORT.max()
              + ", or several of them separated by commas");
    }
  }

  private static TlsCredentials tls(Map<String, String> options) {
    Path[] files = new Path[3];
    int count = 0;
    for (String option : List.of("private_key", "certificate", "ca_cert")) {
      String file = options.get(option);
      if (file == null) {
        throw InvalidInputException.of(
            PLUGIN + "." + option, "is not set", "the path of a PEM file, for ssl:");
      }
      files[count++] = HostPath.of(file);
    }
    try {
      return TlsCredentials.read(files[0], files[1], files[2]);
    } catch (IOException unreadable) {
      throw InvalidInputException.of(
          PLUGIN + ".private_key", "cannot be used: " + unreadable.getMessage(), "PEM files");
    }
  }
}
