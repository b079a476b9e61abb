package io.fastvif.plan;

import java.util.List;
import java.util.OptionalInt;

/**
 * One typed change about the device file of a macvtap or the device that it lies on. {@code
 * toString()} says what it does, as of {@link Step}.
 */
public sealed interface MacvtapStep extends DeviceStep {

  /**
   * Makes the device file of a macvtap unless it is there, and gives it an owner and permissions.
   * Equivalent to {@code mknod -m MODE FOLDER/tapINDEX c MAJOR MINOR; chown OWNER:GROUP
   * FOLDER/tapINDEX}, with the numbers of {@code /sys/class/net/NAME/tapINDEX/dev}.
   *
   * @param folder where device files are
   * @param owner a user id, if the file is to have another than it has
   * @param group a group id, likewise
   * @param mode the permissions, likewise
   */
  record MakeTapFile(
      String name, String folder, OptionalInt owner, OptionalInt group, OptionalInt mode)
      implements MacvtapStep {
    @Override
    public String toString() {
      return "make the device file of "
          + name
          + " in "
          + folder
          + (owner.isPresent() ? " user " + owner.getAsInt() : "")
          + (group.isPresent() ? " group " + group.getAsInt() : "")
          + (mode.isPresent() ? " mode 0" + Integer.toOctalString(mode.getAsInt()) : "");
    }
  }

  /**
   * Removes the device file of a macvtap; one that is gone is no error. Equivalent to {@code rm
   * FOLDER/tapINDEX}.
   */
  record RemoveTapFile(String name, String folder) implements MacvtapStep {
    @Override
    public String toString() {
      return "remove the device file of " + name + " from " + folder;
    }
  }

  /**
   * Sets a device down again that was brought up for macvtaps, unless somebody uses it: a link that
   * lies on it in any namespace, an address or a route, a virtual function of it that is in use. A
   * note says who. Equivalent to {@code ip link set NAME down alias ""}.
   *
   * @param index the device's index; 0 for one this plan created
   * @param marked whether it must bear the alias {@link Aliases#BROUGHT_UP}, which it loses
   * @param except the names of links that do not count because they are about to go, as long as
   *     nothing else lies on them
   */
  record SetDownIfUnused(String name, int index, boolean marked, List<String> except)
      implements MacvtapStep {
    /** Copies the list. */
    public SetDownIfUnused {
      except = List.copyOf(except);
    }

    @Override
    public String toString() {
      return "set " + name + ": down, if nothing lies on it" + (marked ? " alias \"\"" : "");
    }
  }
}
