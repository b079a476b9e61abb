package io.fastvif.testing;

/**
 * The processes that tests start: whatever ends the tests but SIGKILL, they do not outlive them.
 */
final class Children {
  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Children::end));
  }

  private Children() {}

  /** Has them end with this process. */
  static void endWithThis() {
    // by the class's initialization, once
  }

  private static void end() {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
  }
}
