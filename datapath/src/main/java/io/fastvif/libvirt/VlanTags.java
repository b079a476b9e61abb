package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.NumberRange;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The VLANs of a port: libvirt's {@code <vlan>}.
 *
 * @param trunk whether the guest sees the tags; it must where there are several
 * @param tags at least one, no id twice, at most one native
 */
public record VlanTags(boolean trunk, List<Tag> tags) {
  /**
   * Checks the tags.
   *
   * @throws InvalidInputException if they are not as above
   */
  public VlanTags {
    tags = List.copyOf(tags);
    Set<Integer> ids = new HashSet<>();
    int natives = 0;
    for (Tag tag : tags) {
      if (!ids.add(tag.id)) {
        throw InvalidInputException.ofValue(
            "vlan.tag", String.valueOf(tag.id), "is there twice", "each VLAN once");
      }
      natives += tag.nativeMode == null ? 0 : 1;
    }
    if (tags.isEmpty()) {
      throw InvalidInputException.of("vlan", "has no tag", "a VLAN");
    }
    if (!trunk && (tags.size() > 1 || natives > 0)) {
      throw InvalidInputException.of(
          "vlan", "has several tags or a native one and is no trunk", "a trunk");
    }
    if (natives > 1) {
      throw InvalidInputException.of("vlan", "has several native tags", "at most one");
    }
  }

  /** One VLAN, which the guest does not see. */
  public static VlanTags of(int id) {
    return new VlanTags(false, List.of(new Tag(id, null)));
  }

  /** What happens to frames of the native VLAN on their way to the guest. */
  public enum NativeMode {
    /** They carry the tag. */
    TAGGED,
    /** They carry no tag. */
    UNTAGGED;

    /** libvirt's word. */
    @Override
    public String toString() {
      return this == TAGGED ? "tagged" : "untagged";
    }
  }

  /**
   * A VLAN.
   *
   * @param id 0 to 4094
   * @param nativeMode null if it is not the native VLAN
   */
  public record Tag(int id, NativeMode nativeMode) {
    /**
     * Checks the id.
     *
     * @throws InvalidInputException if it is out of range
     */
    public Tag {
      LibvirtValues.range("vlan.tag", id, NumberRange.VLAN_OR_NONE);
    }
  }
}
