package io.fastvif.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.libvirt.VifDriver;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvidersTest {
  private static final String OWN = "vif";

  @TempDir Path folder;

  /** Compiles a provider, which the application's own class loader does not see. */
  private void provider(String name, String constructor, String answer) throws Exception {
    Path source = folder.resolve(name + ".java");
    Files.writeString(
        source,
        """
        public class %1$s implements io.fastvif.libvirt.VifDriver {
          public %1$s() { %2$s }
          public String name() { %3$s }
          public java.util.Map<String, String> values(
              io.fastvif.vif.Vif vif, java.util.Set<String> wanted) {
            return java.util.Map.of();
          }
        }
        """
            .formatted(name, constructor, answer));
    String path =
        System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path");
    Process javac =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "javac").toString(),
                "-cp",
                path,
                "-d",
                folder.toString(),
                source.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("javac").toFile())
            .start();
    try {
      assertTrue(javac.waitFor(60, TimeUnit.SECONDS), "javac hangs");
    } finally {
      javac.destroyForcibly();
    }
    assertEquals(0, javac.exitValue(), Files.readString(folder.resolve("javac")));
  }

  private List<String> found(String... classes) throws Exception {
    Path file = folder.resolve("META-INF/services").resolve(VifDriver.class.getName());
    Files.createDirectories(file.getParent());
    Files.writeString(file, String.join("\n", classes));
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    URL[] place = {folder.toUri().toURL()};
    try (URLClassLoader child = new URLClassLoader(place, VifDriver.class.getClassLoader())) {
      thread.setContextClassLoader(child);
      List<String> names = new ArrayList<>();
      Providers.load(VifDriver.class, VifDriver::name).forEach(each -> names.add(each.name()));
      return names;
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void providersOfAChildClassLoaderAreBehindTheOwnAndFoundOnce() throws Exception {
    provider("Mine", "", "return \"mine\";");
    assertEquals(List.of(OWN, "mine"), found("Mine", "io.fastvif.libvirt.VifFieldsDriver", "Mine"));
  }

  @Test
  void aBrokenProviderTakesNoOtherWithIt() throws Exception {
    provider("First", "", "return \"first\";");
    provider("Unmakeable", "throw new IllegalStateException(\"no\");", "return \"unmakeable\";");
    provider("Nameless", "", "throw new NoClassDefFoundError(\"gone\");");
    provider("Last", "", "return \"last\";");
    assertEquals(
        List.of(OWN, "first", "last"),
        found("First", "Unmakeable", "NotThere", "Nameless", "java.lang.String", "Last"));
  }

  @Test
  void withoutAContextClassLoaderTheOwnAreFound() {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(null);
    try {
      List<VifDriver> found = Providers.load(VifDriver.class, VifDriver::name);
      assertEquals(List.of(OWN), found.stream().map(VifDriver::name).toList());
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static List<Class<?>> classes(Class<?> service) {
    return Providers.load(service, provider -> {}).stream()
        .<Class<?>>map(Object::getClass)
        .toList();
  }

  @Test
  void theOwnAreKnownByNameWhereTheLauncherSaysThatThereAreNoOthers() throws Exception {
    provider("Other", "", "return \"other\";");
    assertEquals(List.of(OWN, "other"), found("Other"));
    System.setProperty(OwnProviders.PROPERTY, OwnProviders.OWN);
    try {
      assertEquals(List.of(OWN), found("Other"));
    } finally {
      System.clearProperty(OwnProviders.PROPERTY);
    }
  }

  @Test
  void theOwnThatAreKnownByNameAreThoseThatServiceLoaderFinds() throws Exception {
    for (String service : OwnProviders.BY_SERVICE.keySet()) {
      Class<?> type = Class.forName(service);
      List<Class<?>> searched = classes(type);
      System.setProperty(OwnProviders.PROPERTY, OwnProviders.OWN);
      try {
        assertEquals(searched, classes(type), service);
      } finally {
        System.clearProperty(OwnProviders.PROPERTY);
      }
    }
    URL services = Providers.class.getResource("/META-INF/services");
    try (Stream<Path> files = Files.list(Path.of(services.toURI()))) {
      assertEquals(
          OwnProviders.BY_SERVICE.keySet(),
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.startsWith("io.fastvif."))
              .collect(Collectors.toSet()));
    }
  }
}
