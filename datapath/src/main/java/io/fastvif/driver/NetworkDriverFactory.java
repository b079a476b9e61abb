package io.fastvif.driver;

import io.fastvif.VifHost;
import io.fastvif.plugin.PluginOptions;
import java.util.List;

/** Makes a network driver; the service by which ServiceLoader finds drivers. */
public interface NetworkDriverFactory {

  /** The driver's name, as the configuration gives it. */
  String name();

  /** The options it takes, without the driver's name. */
  List<String> options();

  /**
   * Makes the driver.
   *
   * @param options those of this driver
   * @param host plugs in the namespace that the driver is for; stays the caller's to close
   * @throws io.fastvif.vif.InvalidInputException if an option has a value it does not take
   */
  NetworkDriver create(PluginOptions options, VifHost host);
}
