package io.fastvif.cli;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Handles signals of this process. The JDK has one way to do so, {@code sun.misc.Signal} of the
 * module jdk.unsupported, which compilers warn of: it is reached by reflection.
 */
final class Signals {
  private static final String SIGNAL = "sun.misc.Signal";
  private static final String HANDLER = "sun.misc.SignalHandler";

  private Signals() {}

  /**
   * Has something done when a signal comes, on a thread of its own, instead of what the JVM does.
   *
   * @param signal its name without SIG, such as HUP
   * @throws IllegalStateException if this JVM gives no way to
   */
  static void handle(String signal, Runnable handler) {
    try {
      Class<?> type = Class.forName(SIGNAL);
      Class<?> handlerType = Class.forName(HANDLER);
      Constructor<?> constructor = type.getConstructor(String.class);
      Object proxy =
          Proxy.newProxyInstance(
              handlerType.getClassLoader(),
              new Class<?>[] {handlerType},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      handler.run();
                      yield null;
                    }
                    case "equals" -> self == arguments[0];
                    case "hashCode" -> System.identityHashCode(self);
                    default -> HANDLER + " of fastvif";
                  });
      type.getMethod("handle", type, handlerType)
          .invoke(null, constructor.newInstance(signal), proxy);
    } catch (InvocationTargetException refused) {
      throw new IllegalStateException(
          "SIG" + signal + " cannot be handled: " + refused.getCause().getMessage(), refused);
    } catch (ReflectiveOperationException missing) {
      throw new IllegalStateException(
          "SIG" + signal + " cannot be handled: this Java has no module jdk.unsupported", missing);
    }
  }
}
