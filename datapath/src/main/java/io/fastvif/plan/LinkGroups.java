package io.fastvif.plan;

/**
 * The interface groups in which links are for a moment: while they are being made, and while they
 * are leaving. A link in one of them that stays there was left so by a process that was killed.
 *
 * <p>Of what tells whose a link is, the group is all that the kernel takes in the message that
 * creates it, for every kind and for the other end of a veth pair; an alias comes with the next
 * message only (rtnl_create_link in net/core/rtnetlink.c). So a link is created in a group that
 * stands for its VIF, and the message with its last settings, the alias among them, puts it into
 * the default group.
 */
public final class LinkGroups {
  /** The group of every link that is in no other. */
  public static final int DEFAULT = 0;

  /**
   * Groups from here on are drawn for links that leave together; far from those that people give by
   * hand.
   */
  public static final int MIN_LEAVING = 0x4000_0000;

  private static final int MIN_MAKING = 0x2000_0000;
  private static final int HASH_SHIFT = 3;

  private LinkGroups() {}

  /** The group of a link that is being made for the VIF of that id. */
  public static int making(String vifId) {
    int hash = vifId.hashCode() * 0x9e37_79b9; // ids that differ in one place only are spread
    return MIN_MAKING | (hash ^ hash >>> 15) >>> HASH_SHIFT;
  }

  /** What {@link #making} gives for the VIF whose mark a link bears; without one, its own group. */
  public static int ofVif(LinkState link) {
    return Aliases.vifId(link.alias()).map(LinkGroups::making).orElse(link.group());
  }

  /** Whether links are in that group while they are being made. */
  public static boolean isMaking(int group) {
    return group >= MIN_MAKING && group < MIN_LEAVING;
  }

  /** Whether no link should stay in that group. */
  public static boolean isPassing(int group) {
    return group >= MIN_MAKING;
  }
}
