package io.fastvif.cli;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.engine.HostReader;
import io.fastvif.engine.OvsSettings;
import io.fastvif.engine.PlugEngine;
import io.fastvif.files.HostPath;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.switchdev.NamespaceFunctions;
import io.fastvif.switchdev.SwitchdevMonitor;
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
   * @param ovs where Open vSwitch is; null if no VIF needs it
   * @throws WrongInputException if there is no such namespace
   * @throws SystemCallException if it may not be entered
   */
  static PlugEngine start(Arguments arguments, OvsSettings ovs) {
    return start(arguments, ovs, PlugEngine.builder());
  }

  /** The same, of an engine with more than the default. */
  static PlugEngine start(Arguments arguments, OvsSettings ovs, PlugEngine.Builder engine) {
    return start(arguments, ovs, engine, unstarted -> {});
  }

  /**
   * The same, of an engine that takes its first requests together.
   *
   * @param submitting submits them, before the engine is started
   */
  static PlugEngine start(
      Arguments arguments,
      OvsSettings ovs,
      PlugEngine.Builder engine,
      Consumer<PlugEngine> submitting) {
    if (ovs != null) {
      engine.ovs(ovs);
    }
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
   * What is to be known of that namespace, read by this thread.
   *
   * @param ovs where Open vSwitch is; null if its rows are not wanted
   * @throws WrongInputException as {@link #start}
   * @throws SystemCallException as {@link #start}
   */
  static HostSnapshot snapshot(Arguments arguments, OvsSettings ovs) {
    Supplier<HostSnapshot> reading =
        () -> {
          try (RouteSocket socket = RouteSocket.open()) {
            return read(socket, ovs);
          }
        };
    return in(arguments.value(Command.NETNS), reading, namespace -> namespace.call(reading::get));
  }

  /**
   * Plans for that namespace, of which also what is read only when planning asks for it is read
   * there.
   *
   * @param ovs where Open vSwitch is; null if no VIF needs it
   * @param planning gets the snapshot, which is good for the time of the call
   * @throws WrongInputException as {@link #start}
   * @throws SystemCallException as {@link #start}
   */
  static <T> T plan(Arguments arguments, OvsSettings ovs, Function<HostSnapshot, T> planning) {
    Supplier<T> reading =
        () -> {
          try (NamespaceFunctions functions = new NamespaceFunctions();
              RouteSocket socket = RouteSocket.open()) {
            HostSnapshot host = read(socket, ovs).withSriov(functions::snapshot);
            return planning.apply(host.withDevices(() -> HostReader.devices(socket, host)));
          }
        };
    return in(arguments.value(Command.NETNS), reading, namespace -> namespace.call(reading::get));
  }

  private static HostSnapshot read(RouteSocket socket, OvsSettings ovs) {
    OvsSnapshot rows = ovs == null ? OvsSnapshot.UNKNOWN : HostReader.readOvs(ovs);
    return HostReader.read(socket)
        .withEntries(index -> HostReader.readEntries(socket, index))
        .withOvs(() -> rows);
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
