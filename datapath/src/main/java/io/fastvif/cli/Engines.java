package io.fastvif.cli;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.HostReader;
import io.fastvif.engine.PlugEngine;
import io.fastvif.files.HostPath;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.switchdev.NamespaceFunctions;
import io.fastvif.switchdev.SwitchdevMonitor;
import io.fastvif.vif.InvalidInputException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Starts engines, and reads hosts, in the namespace that {@link Command#NETNS} names. */
final class Engines {
  private Engines() {}

  /**
   * An engine in the namespace that was asked for; by default in the one of this thread, which
   * nobody needs a privilege to stay in.
   *
   * @throws WrongInputException if there is no such namespace
   * @throws SystemCallException if it may not be entered
   */
  static PlugEngine start(Arguments arguments) {
    return start(arguments, PlugEngine.builder());
  }

  /** The same, of an engine with more than the default. */
  static PlugEngine start(Arguments arguments, PlugEngine.Builder engine) {
    return start(arguments, engine, unstarted -> {});
  }

  /**
   * The same, of an engine that takes its first requests together.
   *
   * @param submitting submits them, before the engine is started
   */
  static PlugEngine start(
      Arguments arguments, PlugEngine.Builder engine, Consumer<PlugEngine> submitting) {
    return in(
        arguments.value(Command.NETNS),
        () -> start(engine, submitting),
        namespace -> start(engine.namespace(namespace), submitting));
  }

  private static PlugEngine start(PlugEngine.Builder builder, Consumer<PlugEngine> submitting) {
    PlugEngine engine = builder.build();
    submitting.accept(engine);
    return engine.start();
  }

  /**
   * Plans for that namespace, of which also what is read only when planning asks for it is read
   * there.
   *
   * @param planning gets the snapshot, which is good for the time of the call
   * @throws WrongInputException as {@link #start}
   * @throws SystemCallException as {@link #start}
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
   * @throws WrongInputException as {@link #start}
   * @throws SystemCallException as {@link #start}
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
   * @throws WrongInputException as {@link #start}
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

  private static <T> T in(String given, Supplier<T> here, Function<Netns, T> there) {
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
