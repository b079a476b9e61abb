package io.fastvif.engine;

import io.fastvif.engine.ovs.LazyOvs;
import io.fastvif.engine.ovs.OvsTransport;
import io.fastvif.netns.Netns;
import java.util.function.Function;

/** Has an engine's side of Open vSwitch made in its network namespace, when it is asked for. */
final class OvsWhenAsked {
  private OvsWhenAsked() {}

  /** For an engine in a namespace that stays open as long as the engine does. */
  static Function<Runnable, OvsTransport> in(
      Netns namespace, Function<Runnable, OvsTransport> transports) {
    return wake -> new LazyOvs(() -> namespace.visit(() -> transports.apply(wake)), () -> {});
  }

  /** For an engine in the namespace of the thread that opens it. */
  static Function<Runnable, OvsTransport> here(Function<Runnable, OvsTransport> transports) {
    return wake -> {
      Netns here = Netns.current();
      return new LazyOvs(() -> here.visit(() -> transports.apply(wake)), here::close);
    };
  }
}
