package io.fastvif.cni;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Finds the link that a pod has, wherever it is, and has it fetched. A pod can do to its links what
 * it likes: it takes the mark off, or gives it to another link as well. So in the pod's own
 * namespace the index counts that the link has there, as long as it leads to a link of the same
 * kind and with the same other end; elsewhere a mark, on a link that is like ours; and of hardware,
 * at last, its device.
 */
final class DeviceSearch {
  private final PodDevice device;
  private final Place host;

  /** A namespace. */
  interface Place {
    /** What tells it from others. */
    String identity();

    /** Its links. */
    List<DeviceLink> links();

    /** Moves one of them to the host, under the name and with the mark that it is to have there. */
    void fetch(DeviceLink link) throws IOException;
  }

  /** Some namespaces. */
  interface SearchedPlaces {
    /**
     * Goes from one to the next, until the visitor says that it has what it looked for.
     *
     * @return whether it does
     */
    boolean anyMatch(Visitor visitor) throws IOException;
  }

  /** What is done in a namespace. */
  interface Visitor {
    /** Does it; true if that was all. */
    boolean visit(Place place) throws IOException;
  }

  private interface Choice {
    DeviceLink of(Place place) throws IOException;
  }

  private DeviceSearch(PodDevice device, Place host) {
    this.device = device;
    this.host = host;
  }

  /**
   * Finds it. What is certain comes first: on one device there may be several links, of which
   * another may be on the host.
   *
   * @param host where it is to be
   * @param likely where the pod should be
   * @param others all the others
   * @return the link on the host; null if it is nowhere
   * @throws IOException if some may be it, of which none can be told to be
   */
  static DeviceLink find(PodDevice device, Place host, SearchedPlaces likely, SearchedPlaces others)
      throws IOException {
    return new DeviceSearch(device, host).find(likely, others);
  }

  private DeviceLink find(SearchedPlaces likely, SearchedPlaces others) throws IOException {
    DeviceLink found = marked();
    if (found != null) {
      return found;
    }
    if (fetch(likely, this::known)) {
      return fetched();
    }
    found = ofHardware(host);
    if (found != null) {
      return found;
    }
    boolean isFetched =
        fetch(others, this::known)
            || (device.facts().isHardware()
                && (fetch(likely, this::ofHardware) || fetch(others, this::ofHardware)));
    return isFetched ? fetched() : null;
  }

  private static boolean fetch(SearchedPlaces places, Choice choice) throws IOException {
    return places.anyMatch(
        place -> {
          DeviceLink found = choice.of(place);
          if (found != null) {
            place.fetch(found);
          }
          return found != null;
        });
  }

  private DeviceLink fetched() throws IOException {
    DeviceLink found = marked();
    if (found == null) {
      throw new IOException(device.name() + " has come back from its pod, and is gone again");
    }
    return found;
  }

  /** No pod changes the alias of a link on the host. */
  private DeviceLink marked() throws IOException {
    List<DeviceLink> marked = host.links().stream().filter(this::isMarkedAndLike).toList();
    if (marked.size() > 1) {
      throw uncertain(marked);
    }
    return marked.isEmpty() ? null : marked.getFirst();
  }

  private boolean isMarkedAndLike(DeviceLink link) {
    return device.isOn(link) && device.facts().isLike(link.facts());
  }

  private DeviceLink known(Place place) throws IOException {
    List<DeviceLink> links = place.links();
    boolean isPods = place.identity().equals(device.pod());
    DeviceLink numbered = isPods ? numbered(links) : null;
    if (numbered != null) {
      return numbered;
    }
    List<DeviceLink> marked = links.stream().filter(this::isMarkedAndLike).toList();
    List<DeviceLink> proven =
        marked.stream().filter(link -> device.isProven(link, isPods)).toList();
    if (proven.size() == 1) {
      return proven.getFirst();
    }
    if (!marked.isEmpty()) {
      throw uncertain(marked);
    }
    return isPods ? named(links) : null;
  }

  private DeviceLink numbered(List<DeviceLink> links) throws IOException {
    for (DeviceLink link : links) {
      if (link.index() == device.index() && device.facts().isLike(link.facts())) {
        if (device.isOn(link) || device.isSame(link, true)) {
          return link;
        }
        throw uncertain(List.of(link));
      }
    }
    return null;
  }

  /** Under its name in the pod, where its index is not known, or has been taken meanwhile. */
  private DeviceLink named(List<DeviceLink> links) throws IOException {
    for (DeviceLink link : links) {
      if (link.name().equals(device.nameInPod())
          && device.facts().isLike(link.facts())
          && !PodDevice.isMark(link.alias())) {
        if (device.isProven(link, true)) {
          return link;
        }
        if (device.index() == 0) {
          throw uncertain(List.of(link));
        }
      }
    }
    return null;
  }

  private DeviceLink ofHardware(Place place) {
    List<DeviceLink> found = place.links().stream().filter(device::isOfSameHardware).toList();
    return found.size() == 1 ? found.getFirst() : null;
  }

  private IOException uncertain(List<DeviceLink> links) {
    return new IOException(
        device.name()
            + " is not given back: it is not certain "
            + (links.size() == 1 ? "that it is " : "which it is of ")
            + links.stream().map(DeviceLink::name).collect(Collectors.joining(", ")));
  }
}
