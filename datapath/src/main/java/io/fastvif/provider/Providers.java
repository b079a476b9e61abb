package io.fastvif.provider;

import io.fastvif.trace.Log;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Finds the providers of a service by {@link ServiceLoader}: those that fastvif's own class loader
 * sees, and behind them those that the thread's context class loader sees, which an application
 * with a class loader for each extension sets. A provider that is broken is left out, with a line
 * of the logger {@code io.fastvif.provider} that says why, and takes no other with it.
 */
public final class Providers {
  /** Of a file of services, no more lines than this are tried. */
  private static final int MAX_PROVIDERS = 1000;

  private Providers() {}

  /**
   * All that work.
   *
   * @param probe asks a provider what will be asked of it later; one that throws is left out
   */
  public static <P> List<P> load(Class<P> service, Consumer<P> probe) {
    return OwnProviders.areAll() ? OwnProviders.load(service, probe) : search(service, probe);
  }

  private static <P> List<P> search(Class<P> service, Consumer<P> probe) {
    Set<ClassLoader> loaders = new LinkedHashSet<>();
    loaders.add(Providers.class.getClassLoader());
    loaders.add(Thread.currentThread().getContextClassLoader());
    Set<Class<?>> seen = new HashSet<>();
    List<P> providers = new ArrayList<>();
    for (ClassLoader loader : loaders) {
      if (loader != null) {
        load(service, loader, probe, seen, providers);
      }
    }
    return providers;
  }

  private static <P> void load(
      Class<P> service, ClassLoader loader, Consumer<P> probe, Set<Class<?>> seen, List<P> into) {
    Iterator<ServiceLoader.Provider<P>> found =
        ServiceLoader.load(service, loader).stream().iterator();
    for (int i = 0; i < MAX_PROVIDERS; i++) {
      String name = "a provider";
      try {
        if (!found.hasNext()) {
          return;
        }
        ServiceLoader.Provider<P> next = found.next();
        name = next.type().getName();
        if (seen.add(next.type())) {
          P provider = next.get();
          probe.accept(provider);
          into.add(provider);
        }
      } catch (ServiceConfigurationError | RuntimeException | LinkageError broken) {
        leftOut(service, name, broken);
      }
    }
  }

  static void leftOut(Class<?> service, String name, Throwable broken) {
    Log.warning(
        Providers.class, name + " of " + service.getSimpleName() + " is left out: " + broken);
  }
}
