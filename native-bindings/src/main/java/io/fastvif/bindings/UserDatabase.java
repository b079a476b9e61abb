package io.fastvif.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * The host's users and groups, from files or whatever else nsswitch.conf(5) names. Each call may
 * wait for a server of them, opens files and allocates; for cold paths.
 */
public final class UserDatabase {
  private static final int NO_GROUP = -1;
  private static final int FIRST_GROUPS = 64;

  /** NGROUPS_MAX of linux/limits.h. */
  static final int MAX_GROUPS = 65_536;

  private static final int FIRST_BUFFER = 4096;
  private static final int MAX_BUFFER = 16 << 20;

  /**
   * {@code struct group} of grp.h: {@code char *gr_name; char *gr_passwd; gid_t gr_gid; char
   * **gr_mem}.
   */
  static final int GROUP_SIZE = 32;

  static final int GROUP_GID = 16;
  private static final AddressLayout POINTER = ValueLayout.ADDRESS;

  private UserDatabase() {}

  /**
   * The numbers of all groups that a user is a member of, the ones that it would have after a
   * login: getgrouplist(3). A process of it may have given up some.
   *
   * @param user the name; one that is unknown is a member of none
   */
  public static int[] groups(String user) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(user);
      MemorySegment count = arena.allocate(JAVA_INT);
      int room = FIRST_GROUPS;
      while (true) {
        MemorySegment groups = arena.allocate(JAVA_INT, room);
        count.set(JAVA_INT, 0, room);
        int result =
            (int)
                GetGroupList.HANDLE.invokeExact(NativeCall.state(), name, NO_GROUP, groups, count);
        int found = count.get(JAVA_INT, 0);
        if (result >= 0) {
          // the first one is the one that was given
          int[] all = groups.asSlice(0, (long) found * Integer.BYTES).toArray(JAVA_INT);
          return Arrays.stream(all).filter(each -> each != NO_GROUP).toArray();
        }
        if (room >= MAX_GROUPS) {
          return new int[0];
        }
        room = Math.min(MAX_GROUPS, Math.max(found, room * 2));
      }
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  /**
   * The number of a group: getgrnam_r(3).
   *
   * @return the number, not negative, or the negated errno: ENOENT if there is no such group
   */
  public static long groupNumber(String group) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(group);
      MemorySegment entry = arena.allocate(GROUP_SIZE, Long.BYTES);
      MemorySegment found = arena.allocate(POINTER);
      for (int size = FIRST_BUFFER; ; size *= 4) {
        MemorySegment buffer = arena.allocate(size);
        int errno =
            (int)
                GetGroup.HANDLE.invokeExact(
                    NativeCall.state(), name, entry, buffer, (long) size, found);
        if (errno == Errno.ERANGE && size < MAX_BUFFER) {
          continue; // a group of many
        }
        if (errno != 0) {
          return -errno;
        }
        return found.get(POINTER, 0).address() == 0
            ? -Errno.ENOENT
            : Integer.toUnsignedLong(entry.get(JAVA_INT, GROUP_GID));
      }
    } catch (Throwable t) {
      throw NativeCall.rethrow(t);
    }
  }

  private static final class GetGroupList {
    static final MethodHandle HANDLE =
        NativeCall.link("getgrouplist", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
  }

  private static final class GetGroup {
    static final MethodHandle HANDLE =
        NativeCall.link("getgrnam_r", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  }
}
