package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.fastvif.bindings.linux.linux_h;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every handle of the hand-written layer against the prototype that jextract read in the headers.
 */
class SystemCallLinkageTest {

  /** Variadic: the headers say nothing of the arguments from the third on. */
  private static final Set<String> VARIADIC = Set.of("open", "ioctl", "ioctl_long", "fcntl");

  @TestFactory
  Stream<DynamicTest> handlesHaveTheirFunctionsTypes() {
    List<Class<?>> holders = new ArrayList<>();
    for (Class<?> area :
        List.of(
            Sockets.class,
            FileIo.class,
            Memory.class,
            Polling.class,
            Namespaces.class,
            Errno.class)) {
      holders.addAll(Arrays.asList(area.getDeclaredClasses()));
    }
    assertTrue(holders.size() > 45, "the areas hold their handles");
    return holders.stream()
        .map(holder -> dynamicTest(cName(holder), () -> check(holder, cName(holder))));
  }

  private static void check(Class<?> holder, String name) throws Exception {
    Field field = holder.getDeclaredField("HANDLE");
    field.setAccessible(true);
    MethodType actual = ((MethodHandle) field.get(null)).type();
    if (!name.equals("strerror_r")) {
      actual = actual.dropParameterTypes(0, 1);
    }
    if (VARIADIC.contains(name)) {
      assertEquals(int.class, actual.returnType());
      assertEquals(3, actual.parameterCount());
      return;
    }
    Method method = linux_h.class.getMethod(name + "$descriptor");
    method.setAccessible(true);
    assertEquals(((FunctionDescriptor) method.invoke(null)).toMethodType(), actual);
  }

  /** EpollCreate1 holds epoll_create1. */
  private static String cName(Class<?> holder) {
    return holder
        .getSimpleName()
        .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
        .toLowerCase(Locale.ROOT)
        .replaceAll("^strerror$", "strerror_r");
  }
}
