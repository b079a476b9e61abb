package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.bindings.linux.linux_h;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;

/** The handles of library functions against the prototypes that jextract read in the headers. */
class LibraryFunctionsTest {

  @Test
  void interfaceIndexHasItsPrototype() throws Exception {
    MethodType type = handle("Sockets$IfNametoindex").dropParameterTypes(0, 1);
    assertEquals(prototype("if_nametoindex"), type);
  }

  @Test
  void errorMessageHasItsPrototype() throws Exception {
    assertEquals(prototype("strerror_r"), handle("Errno$Strerror"));
  }

  @Test
  void pageSizeHasItsPrototype() throws Exception {
    assertEquals(prototype("sysconf"), handle("Memory$PageSize"));
  }

  private static MethodType handle(String holder) throws Exception {
    Field field = Class.forName("io.fastvif.bindings." + holder).getDeclaredField("HANDLE");
    field.setAccessible(true);
    return ((MethodHandle) field.get(null)).type();
  }

  private static MethodType prototype(String function) throws Exception {
    Method method = linux_h.class.getMethod(function + "$descriptor");
    method.setAccessible(true);
    return ((FunctionDescriptor) method.invoke(null)).toMethodType();
  }
}
