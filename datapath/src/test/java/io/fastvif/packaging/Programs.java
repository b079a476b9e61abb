package io.fastvif.packaging;

/** What somebody who links the library writes, as source. */
final class Programs {
  /** Plugs and unplugs a tap in this thread's network namespace; the answer is on its output. */
  static final String PROBE =
      """
      package probe;

      import io.fastvif.engine.PlugEngine;
      import io.fastvif.plan.PlugPlan;
      import io.fastvif.plugin.VifPlugin;
      import io.fastvif.plugin.VifPlugins;
      import io.fastvif.vif.Vif;
      import io.fastvif.json.VersionedObjectReader;

      public final class Probe {
        private static final String VIF =
            "{\\"versioned_object.name\\": \\"VIFGeneric\\", \\"versioned_object.namespace\\": \\"os_vif\\","
                + " \\"versioned_object.version\\": \\"1.0\\", \\"versioned_object.data\\":"
                + " {\\"id\\": \\"b679325f-ca89-4ee0-a8be-6db1409b69ea\\", \\"plugin\\": \\"tap\\","
                + " \\"vif_name\\": \\"tap0\\", \\"address\\": \\"fa:16:3e:00:00:01\\"}}";

        public static void main(String... none) {
          Vif vif = VersionedObjectReader.readVif(VIF);
          try (PlugEngine engine = PlugEngine.builder().build().start()) {
            VifPlugin plugin = VifPlugins.installed().of(vif);
            PlugPlan plug = plugin.plug(vif, null, engine.snapshot());
            System.out.println(engine.submit(plug).orElseThrow().toCompletableFuture().join().outcome());
            PlugPlan unplug = plugin.unplug(vif, null, engine.snapshot());
            System.out.println(
                engine.submit(unplug).orElseThrow().toCompletableFuture().join().outcome());
          }
        }
      }
      """;

  static final String PROBE_MODULE =
      """
      module probe {
        requires io.fastvif.datapath;
      }
      """;

  /** Starts a program from jars that lie in its own jar, as Spring Boot's loader does. */
  static final String NESTED_LAUNCHER =
      """
      package nested;

      import java.io.ByteArrayInputStream;
      import java.io.IOException;
      import java.io.InputStream;
      import java.net.URI;
      import java.net.URL;
      import java.net.URLConnection;
      import java.net.URLStreamHandler;
      import java.util.ArrayList;
      import java.util.Collections;
      import java.util.Enumeration;
      import java.util.HashMap;
      import java.util.List;
      import java.util.Map;
      import java.util.jar.JarInputStream;
      import java.util.zip.ZipEntry;
      import java.util.zip.ZipInputStream;

      public final class Launcher extends ClassLoader {
        private final Map<String, List<byte[]>> entries = new HashMap<>();

        private Launcher() {
          super(ClassLoader.getPlatformClassLoader());
        }

        public static void main(String... arguments) throws Exception {
          Launcher launcher = new Launcher();
          String own = Launcher.class.getProtectionDomain().getCodeSource().getLocation().toString();
          try (ZipInputStream outer = new ZipInputStream(URI.create(own).toURL().openStream())) {
            for (ZipEntry entry = outer.getNextEntry(); entry != null; entry = outer.getNextEntry()) {
              if (entry.getName().startsWith("BOOT-INF/lib/")) {
                launcher.add(new JarInputStream(new ByteArrayInputStream(outer.readAllBytes())));
              }
            }
          }
          Thread.currentThread().setContextClassLoader(launcher);
          Class<?> program = launcher.loadClass("probe.Probe");
          program.getMethod("main", String[].class).invoke(null, (Object) arguments);
        }

        private void add(ZipInputStream jar) throws IOException {
          for (ZipEntry entry = jar.getNextEntry(); entry != null; entry = jar.getNextEntry()) {
            entries.computeIfAbsent(entry.getName(), name -> new ArrayList<>()).add(jar.readAllBytes());
          }
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
          List<byte[]> found = entries.get(name.replace('.', '/') + ".class");
          if (found == null) {
            throw new ClassNotFoundException(name);
          }
          return defineClass(name, found.getFirst(), 0, found.getFirst().length);
        }

        @Override
        protected URL findResource(String name) {
          List<byte[]> found = entries.get(name);
          return found == null ? null : url(name, found.getFirst());
        }

        @Override
        protected Enumeration<URL> findResources(String name) {
          return Collections.enumeration(
              entries.getOrDefault(name, List.of()).stream().map(bytes -> url(name, bytes)).toList());
        }

        private static URL url(String name, byte[] bytes) {
          URLStreamHandler handler =
              new URLStreamHandler() {
                @Override
                protected URLConnection openConnection(URL url) {
                  return new URLConnection(url) {
                    @Override
                    public void connect() {}

                    @Override
                    public InputStream getInputStream() {
                      return new ByteArrayInputStream(bytes);
                    }
                  };
                }
              };
          try {
            return URL.of(URI.create("nested:/" + name), handler);
          } catch (IOException e) {
            throw new IllegalArgumentException(e);
          }
        }
      }
      """;

  private Programs() {}
}
