package io.fastvif.cli;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.config.HostConfiguration;
import io.fastvif.files.HostPath;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.observe.HostReader;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.switchdev.NamespaceFunctions;
import io.fastvif.switchdev.SwitchdevMonitor;
import io.fastvif.vif.InvalidInputException;
import java.util.function.Function;
import java.util.function.Supplier;

/** Opens and reads hosts, in the namespace that {@link Command#NETNS} names. */
final class Engines {
  private Engines() {}

  /**
   * Opens the host of the namespace that was asked for; by default of the one of this thread, which
   * nobody needs a privilege to stay in.
   *
   * @throws WrongInputException if there is no such namespace
   * @throws SystemCallException if it may not be entered
   */
  static VifHost open(Arguments arguments) {
    return with(arguments, HostConfiguration.byDefault(), VifHost::open);
  }

  /**
   * Plans for that namespace, of which also what is read only when planning asks for it is read
   * there.
   *
   * @param planning gets the snapshot, which is good for the time of the call
   * @throws WrongInputException as {@link #open(Arguments)}
   * @throws SystemCallException as {@link #open(Arguments)}
   */
  static <T> T plan(Arguments arguments, Function<HostSnapshot, T> planning) {
    Supplier<T> reading =
        () -> {
          try (NamespaceFunctions functions = new NamespaceFunctions();
              RouteSocket socket = RouteSocket.open()) {
            HostSnapshot host = read(socket).withSriov(functions::snapshot);
            return planning.apply(host.withDevices(() -> HostReader.devices(socket, host)));
          }
        };
    return in(arguments.value(Command.NETNS), reading, namespace -> namespace.call(reading::get));
  }

  private static HostSnapshot read(RouteSocket socket) {
    return HostReader.read(socket).withEntries(index -> HostReader.readEntries(socket, index));
  }

  /**
   * Looks at the cards' switches of that namespace.
   *
   * @param looking gets a monitor, which is good for the time of the call
   * @throws WrongInputException as {@link #open(Arguments)}
   * @throws SystemCallException as {@link #open(Arguments)}
   */
  static <T> T look(Arguments arguments, Function<SwitchdevMonitor, T> looking) {
    Supplier<T> reading =
        () -> {
          try (SwitchdevMonitor monitor = SwitchdevMonitor.open()) {
            return looking.apply(monitor);
          }
        };
    return in(arguments.value(Command.NETNS), reading, namespace -> namespace.call(reading::get));
  }

  /**
   * Does something with a host's options, in that namespace.
   *
   * @param doing gets the options, which are good for the time of the call
   * @throws WrongInputException as {@link #open(Arguments)}
   */
  static <T> T with(
      Arguments arguments, HostConfiguration configuration, Function<VifHostOptions, T> doing) {
    VifHostOptions options = VifHostOptions.of(configuration);
    return in(
        arguments.value(Command.NETNS),
        () -> doing.apply(options),
        namespace -> doing.apply(options.withNamespace(namespace)));
  }

  /**
   * Opens the host that the options name.
   *
   * @throws WrongInputException if an option for Open vSwitch has a value that it does not take
   */
  static VifHost open(VifHostOptions options) {
    try {
      return VifHost.open(options);
    } catch (InvalidInputException wrong) {
      throw PluginConfiguration.placed(options.configuration(), wrong);
    }
  }

  static <T> T in(String given, Supplier<T> here, Function<Netns, T> there) {
    if (given == null) {
      return here.get();
    }
    try (Netns namespace =
        given.contains("/") ? Netns.of(HostPath.of(given)) : Netns.named(given)) {
      return there.apply(namespace);
    } catch (SystemCallException refused) {
      boolean none =
          switch (refused.errno()) {
            case Errno.ENOENT, Errno.ENOTDIR -> true;
            case Errno.EINVAL -> refused.call().equals("setns");
            default -> false;
          };
      throw none ? WrongInputException.noNamespace(given, refused) : refused;
    } catch (IllegalArgumentException notAName) {
      throw WrongInputException.noNamespace(given, notAName);
    }
  }
}
