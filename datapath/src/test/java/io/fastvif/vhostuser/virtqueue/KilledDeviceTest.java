package io.fastvif.vhostuser.virtqueue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Devices that die before each of their writes in turn. */
class KilledDeviceTest {
  @Test
  void nothingIsLostWhereverADeviceDies() throws Exception {
    Callable<?> scenario =
        (Callable<?>)
            new CountingLoader()
                .loadClass(KilledDevice.class.getName())
                .getDeclaredConstructor()
                .newInstance();
    System.out.println(scenario.call());
  }

  /** Loads this package anew, with {@link CountedMemory} in the place of {@link RawMemory}. */
  private static final class CountingLoader extends ClassLoader {
    private static final int UTF8 = 1;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int CLASS = 7;
    private static final int STRING = 8;
    private static final int METHOD_HANDLE = 15;
    private static final int METHOD_TYPE = 16;
    private static final String RAW = RawMemory.class.getName();
    private static final String COUNTED = CountedMemory.class.getName();
    private static final String PLAIN = RAW + "Plain";

    CountingLoader() {
      super(KilledDeviceTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(KilledDeviceTest.class.getPackageName() + ".")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? define(name) : loaded;
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      String source = name.equals(RAW) ? COUNTED : name.equals(PLAIN) ? RAW : name;
      Map<String, String> names =
          name.equals(RAW) || name.equals(PLAIN)
              ? Map.of(COUNTED, RAW, RAW, PLAIN)
              : Map.of(COUNTED, RAW);
      try (InputStream file = resource(source)) {
        byte[] renamed = rename(file.readAllBytes(), names);
        return defineClass(name, renamed, 0, renamed.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }

    private static InputStream resource(String name) throws ClassNotFoundException {
      String simple = name.substring(name.lastIndexOf('.') + 1);
      InputStream file = KilledDeviceTest.class.getResourceAsStream(simple + ".class");
      if (file == null) {
        throw new ClassNotFoundException(name);
      }
      return file;
    }

    /** Puts other classes in the place of some in a class file's constants (JVM 4.4). */
    private static byte[] rename(byte[] classFile, Map<String, String> names) throws IOException {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile));
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeLong(in.readLong());
      int count = in.readUnsignedShort();
      out.writeShort(count);
      for (int i = 1; i < count; i++) {
        int tag = in.readUnsignedByte();
        out.writeByte(tag);
        switch (tag) {
          case UTF8 -> {
            String text = in.readUTF();
            String other = names.get(text.replace('/', '.'));
            out.writeUTF(other == null ? text : other.replace('.', '/'));
          }
          case LONG, DOUBLE -> {
            out.writeLong(in.readLong());
            i++; // they take two numbers
          }
          case METHOD_HANDLE -> {
            out.writeByte(in.readByte());
            out.writeShort(in.readShort());
          }
          case CLASS, STRING, METHOD_TYPE -> out.writeShort(in.readShort());
          default -> out.writeInt(in.readInt());
        }
      }
      in.transferTo(out);
      return bytes.toByteArray();
    }
  }
}
