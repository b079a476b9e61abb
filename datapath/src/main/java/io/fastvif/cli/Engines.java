package io.fastvif.cli;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.engine.PlugEngine;
import io.fastvif.netns.Netns;
import io.fastvif.plan.HostSnapshot;
import java.nio.file.Path;

/** Starts engines in the namespace that {@link Command#NETNS} names. */
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
    String given = arguments.value(Command.NETNS);
    if (given == null) {
      return PlugEngine.builder().build().start();
    }
    try (Netns namespace = given.contains("/") ? Netns.of(Path.of(given)) : Netns.named(given)) {
      return PlugEngine.builder().namespace(namespace).build().start();
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

  /** What planning needs to know of that namespace. */
  static HostSnapshot snapshot(Arguments arguments) {
    try (PlugEngine engine = start(arguments)) {
      return engine.snapshot();
    }
  }
}
