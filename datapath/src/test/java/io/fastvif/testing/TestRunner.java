package io.fastvif.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.platform.engine.CancellationToken;
import org.junit.platform.engine.ConfigurationParameters;
import org.junit.platform.engine.DiscoveryFilter;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.EngineDiscoveryRequest;
import org.junit.platform.engine.EngineExecutionListener;
import org.junit.platform.engine.ExecutionRequest;
import org.junit.platform.engine.OutputDirectoryCreator;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestEngine;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.store.Namespace;
import org.junit.platform.engine.support.store.NamespacedHierarchicalStore;

/**
 * Runs test classes where there is no Maven: in the lab. Prints a line for each test that begins
 * with {@code passed}, {@code failed} or {@code skipped}, and what was wrong.
 */
final class TestRunner implements EngineExecutionListener {
  private static int failures;

  private long begun;

  private TestRunner() {}

  /**
   * Runs the classes, and tests as {@code CLASS#METHOD}, that the arguments name, one after the
   * other; status 1 if a test failed.
   */
  public static void main(String[] names) {
    TestEngine engine = ServiceLoader.load(TestEngine.class).findFirst().orElseThrow();
    try (NamespacedHierarchicalStore<Namespace> session = new NamespacedHierarchicalStore<>(null)) {
      for (String name : names) {
        try (NamespacedHierarchicalStore<Namespace> store = session.newChild()) {
          TestDescriptor tests =
              engine.discover(new OneOf(name), UniqueId.forEngine(engine.getId()));
          engine.execute(
              ExecutionRequest.create(
                  tests, new TestRunner(), NONE, NO_FILES, store, CancellationToken.disabled()));
        }
      }
    }
    System.out.flush();
    Runtime.getRuntime()
        .exit(failures == 0 ? 0 : 1); // threads that a test has left hold nothing up
  }

  @Override
  public void executionStarted(TestDescriptor test) {
    begun = System.nanoTime();
  }

  @Override
  public void executionSkipped(TestDescriptor test, String reason) {
    System.out.println("skipped " + name(test) + ": " + reason);
  }

  @Override
  public void executionFinished(TestDescriptor test, TestExecutionResult result) {
    String wrong = result.getThrowable().map(Object::toString).orElse("");
    String seconds = String.format(" (%.1f s)", (System.nanoTime() - begun) / 1e9);
    switch (result.getStatus()) {
      case SUCCESSFUL -> {
        if (test.isTest()) {
          System.out.println("passed " + name(test) + seconds);
        }
      }
      case ABORTED -> System.out.println("skipped " + name(test) + ": " + wrong);
      default -> {
        failures++;
        System.out.println("failed " + name(test) + seconds + ": " + wrong);
        result.getThrowable().ifPresent(thrown -> thrown.printStackTrace(System.out));
      }
    }
  }

  /** The class's name and the test's, with its parameters if it has some. */
  private static String name(TestDescriptor test) {
    String name = test.getDisplayName();
    for (TestDescriptor in = test; in.getParent().isPresent(); in = in.getParent().orElseThrow()) {
      if (in != test && in.getParent().orElseThrow().getParent().isPresent()) {
        name = in.getDisplayName() + " " + name;
      } else if (in != test) {
        name = in.getDisplayName() + "." + name;
      }
    }
    return name;
  }

  /** Asks an engine for the tests of a class, or for one of them. */
  private record OneOf(String name) implements EngineDiscoveryRequest {
    @Override
    public <T extends DiscoverySelector> List<T> getSelectorsByType(Class<T> type) {
      DiscoverySelector selector =
          name.contains("#")
              ? DiscoverySelectors.selectMethod(name)
              : DiscoverySelectors.selectClass(name);
      return type.isInstance(selector) ? List.of(type.cast(selector)) : List.of();
    }

    @Override
    public <T extends DiscoveryFilter<?>> List<T> getFiltersByType(Class<T> type) {
      return List.of();
    }

    @Override
    public ConfigurationParameters getConfigurationParameters() {
      return NONE;
    }

    @Override
    public OutputDirectoryCreator getOutputDirectoryCreator() {
      return NO_FILES;
    }
  }

  /** No test here leaves files that are reported. */
  private static final OutputDirectoryCreator NO_FILES =
      new OutputDirectoryCreator() {
        @Override
        public Path getRootDirectory() {
          return Path.of("/tmp");
        }

        @Override
        public Path createOutputDirectory(TestDescriptor test) throws IOException {
          return Files.createTempDirectory("fastvif-test");
        }
      };

  private static final ConfigurationParameters NONE =
      new ConfigurationParameters() {
        @Override
        public Optional<String> get(String key) {
          return Optional.empty();
        }

        @Override
        public Optional<Boolean> getBoolean(String key) {
          return Optional.empty();
        }

        @Override
        public Set<String> keySet() {
          return Set.of();
        }
      };
}
