package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.linux.linux_h;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamespacesTest {

  private static final String OWN = "/proc/thread-self/ns/net";

  /** Runs on a thread of its own, whose namespaces go away with it. */
  private static <T> T onOwnThread(Callable<T> body) throws Exception {
    FutureTask<T> task = new FutureTask<>(body);
    Thread.ofPlatform().daemon().start(task);
    return task.get(60, TimeUnit.SECONDS);
  }

  private static void requireRoot() {
    Peers.require(Namespaces.geteuid() == 0, "needs root: unshare(2) and mount(2)");
  }

  private static String ownNamespace() throws Exception {
    return Files.readSymbolicLink(Path.of(OWN)).toString();
  }

  @Test
  void threadIdIsTheKernels() throws Exception {
    String link = Files.readSymbolicLink(Path.of("/proc/thread-self")).toString();
    assertTrue(link.endsWith("/task/" + Namespaces.gettid()), link);
    assertNotEquals(Namespaces.gettid(), onOwnThread(Namespaces::gettid));
  }

  @Test
  void userIdIsTheProcesss() throws Exception {
    int uid = (Integer) Files.getAttribute(Path.of("/proc/self/stat"), "unix:uid");
    assertEquals(uid, Namespaces.geteuid());
  }

  @Test
  void aDetachedSysfsShowsTheThreadsNamespace() throws Exception {
    requireRoot();
    assertEquals(-Errno.ENODEV, Namespaces.mountDetached("nofs"));
    onOwnThread(
        () -> {
          assertEquals(0, Namespaces.unshare(linux_h.CLONE_NEWNET));
          try (FileDescriptor sysfs =
              FileDescriptor.check(Namespaces.mountDetached("sysfs"), "fsmount")) {
            String[] links = Path.of("/proc/self/fd/" + sysfs.value(), "class/net").toFile().list();
            assertArrayEquals(new String[] {"lo"}, links);
          }
          return null;
        });
  }

  @Test
  void threadEntersNamespaceAndComesBack() throws Exception {
    requireRoot();
    String outside = ownNamespace();
    onOwnThread(
        () -> {
          int flags = linux_h.O_RDONLY | linux_h.O_CLOEXEC;
          try (FileDescriptor back = FileDescriptor.check(FileIo.open(OWN, flags, 0), "open")) {
            assertEquals(0, Namespaces.unshare(linux_h.CLONE_NEWNET));
            assertNotEquals(outside, ownNamespace());
            assertEquals(1, Sockets.interfaceIndex("lo"), "a new namespace has only loopback");
            assertEquals(
                -Errno.EINVAL, Namespaces.setns(back.value(), linux_h.CLONE_NEWNS), "wrong type");
            assertEquals(0, Namespaces.setns(back.value(), linux_h.CLONE_NEWNET));
            assertEquals(outside, ownNamespace());
          }
          return null;
        });
    assertEquals(outside, ownNamespace(), "only that thread moved");
  }

  @Test
  void mountIsSeenOnlyInItsNamespace(@TempDir Path directory) throws Exception {
    requireRoot();
    String target = directory.toString();
    onOwnThread(
        () -> {
          assertEquals(0, Namespaces.unshare(linux_h.CLONE_NEWNS));
          long isolate = linux_h.MS_REC | linux_h.MS_PRIVATE;
          assertEquals(0, Namespaces.mount(null, "/", null, isolate, null));
          assertEquals(0, Namespaces.mount("test", target, "tmpfs", linux_h.MS_NOSUID, "size=64k"));
          FileDescriptor.check(
                  FileIo.open(target + "/inside", linux_h.O_CREAT | linux_h.O_WRONLY, 0600), "open")
              .close();
          assertEquals(0, Namespaces.umount2(target, linux_h.MNT_DETACH));
          assertEquals(-Errno.EINVAL, Namespaces.umount2(target, 0), "no longer a mount point");
          return null;
        });
    assertTrue(Files.notExists(directory.resolve("inside")));
  }
}
