package io.fastvif.cni;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code host-local} without a process: the reference plugin's keys, order of addresses, errors and
 * files, so that either can free what the other gave.
 *
 * @see <a href="https://www.cni.dev/plugins/current/ipam/host-local/">host-local</a>
 */
final class HostLocalIpam implements Ipam {
  static final String TYPE = "host-local";

  private static final Path DEFAULT_FOLDER = Path.of("/var/lib/cni/networks");

  private final List<List<AddressRange>> sets = new ArrayList<>();
  private final List<InetAddress> requested;
  private final List<PodRoute> routes = new ArrayList<>();
  private final Path resolvConf;
  private final AddressStore store;
  private final String network;

  private HostLocalIpam(AddressStore store, String network) {
    this.store = store;
    this.network = network;
    requested = List.of();
    resolvConf = null;
  }

  HostLocalIpam(NetworkConfiguration configuration) {
    store = store(configuration);
    network = configuration.name();
    ConfigObject top = new ConfigObject("", configuration.json());
    ConfigObject ipam = top.object("ipam").orElseThrow();
    requested = RequestedAddresses.of(configuration).stream().map(Cidr::address).toList();
    String resolv = ipam.text("resolvConf");
    resolvConf = resolv.isEmpty() ? null : path("ipam.resolvConf", resolv);
    readRanges(top, ipam);
    ipam.objects("routes").forEach(route -> routes.add(PodRoute.read(route)));
    ipam.ignore("type", "name", "dataDir");
    ipam.requireNoOthers();
  }

  /** One that only takes back, whatever the configuration says of what it gives. */
  static Ipam toRemove(NetworkConfiguration configuration) {
    return new HostLocalIpam(store(configuration), configuration.name());
  }

  private static AddressStore store(NetworkConfiguration configuration) {
    ConfigObject ipam = new ConfigObject("", configuration.json()).object("ipam").orElseThrow();
    String dataDir = ipam.text("dataDir");
    return AddressStore.of(
        (dataDir.isEmpty() ? DEFAULT_FOLDER : path("ipam.dataDir", dataDir))
            .resolve(configuration.name()));
  }

  private static Path path(String where, String text) {
    if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
      throw CniException.ofKey(where, text, "an absolute path");
    }
    return Path.of(text);
  }

  /** The sets of the runtime come first, then the one range of the older form, then the others. */
  private void readRanges(ConfigObject top, ConfigObject ipam) {
    top.object("runtimeConfig").ifPresent(runtime -> addSets(runtime.objectLists("ipRanges")));
    if (ipam.has("subnet")) {
      sets.add(List.of(AddressRange.read(ipam)));
    } else {
      ipam.refuse("rangeStart", "rangeEnd", "gateway");
    }
    ipam.text("subnet");
    addSets(ipam.objectLists("ranges"));
  }

  private void addSets(List<List<ConfigObject>> lists) {
    for (List<ConfigObject> list : lists) {
      List<AddressRange> set = new ArrayList<>();
      for (ConfigObject object : list) {
        AddressRange range = AddressRange.read(object);
        object.requireNoOthers();
        if (!set.isEmpty() && range.subnet().isIpv4() != set.getFirst().subnet().isIpv4()) {
          throw CniException.ofKey(object.place("subnet"), range.subnet(), "one family in a set");
        }
        set.add(range);
      }
      if (set.isEmpty()) {
        throw CniException.ofKey("ipam.ranges", List.of(), "a range in each set");
      }
      sets.add(set);
    }
  }

  private void requireRanges() {
    if (sets.isEmpty()) {
      throw new CniException(CniException.INVALID_CONFIGURATION, "ipam: no ranges are given");
    }
    List<AddressRange> all = sets.stream().flatMap(List::stream).toList();
    for (int i = 0; i < all.size(); i++) {
      for (AddressRange other : all.subList(i + 1, all.size())) {
        if (all.get(i).overlaps(other)) {
          throw new CniException(
              CniException.INVALID_CONFIGURATION,
              "ipam: the ranges " + all.get(i) + " and " + other + " overlap");
        }
      }
    }
  }

  @Override
  public CniResult add(AttachmentId id) {
    requireRanges();
    Map<String, Object> dns = resolvConf == null ? Map.of() : ResolvConf.read(resolvConf);
    List<CniResult.Address> given = new ArrayList<>();
    List<InetAddress> taken = new ArrayList<>();
    work(
        () -> {
          try {
            List<InetAddress> open = new ArrayList<>(requested);
            for (int number = 0; number < sets.size(); number++) {
              CniResult.Address address = give(id, number, open);
              given.add(address);
              taken.add(address.cidr().address());
            }
            if (!open.isEmpty()) {
              throw failed("no range has the address " + Cidr.text(open.getFirst()));
            }
          } catch (IOException | CniException failed) {
            for (InetAddress address : taken) {
              store.free(address);
            }
            throw failed;
          }
        });
    return new CniResult(List.of(), given, routes, dns);
  }

  private CniResult.Address give(AttachmentId id, int number, List<InetAddress> open)
      throws IOException {
    List<AddressRange> set = sets.get(number);
    for (InetAddress address : open) {
      for (AddressRange range : set) {
        if (range.contains(address)) {
          if (address.equals(range.gateway())) {
            throw failed("the address " + Cidr.text(address) + " is the gateway's");
          }
          if (!store.reserve(address, id, number)) {
            throw failed("the address " + Cidr.text(address) + " is not free");
          }
          open.remove(address);
          return address(address, range);
        }
      }
    }
    for (InetAddress held : store.heldBy(id)) {
      if (set.stream().anyMatch(range -> range.contains(held))) {
        throw failed(Cidr.text(held) + " was given to " + id.containerId() + " before");
      }
    }
    AddressCursor cursor = new AddressCursor(set, store.last(number));
    for (InetAddress next = cursor.next(); next != null; next = cursor.next()) {
      if (store.reserve(next, id, number)) {
        return address(next, cursor.range());
      }
    }
    throw failed("no address is free in " + set);
  }

  private static CniResult.Address address(InetAddress address, AddressRange range) {
    return new CniResult.Address(new Cidr(address, range.subnet().length()), range.gateway(), -1);
  }

  private static CniException failed(String why) {
    return new CniException(CniException.IPAM_FAILED, "host-local: " + why);
  }

  @Override
  public void delete(AttachmentId id) {
    if (store.exists()) {
      work(() -> store.freeAllOf(id));
    }
  }

  @Override
  public void check(AttachmentId id) {
    boolean[] found = new boolean[1];
    if (store.exists()) {
      work(() -> found[0] = !store.heldBy(id).isEmpty());
    }
    if (!found[0]) {
      throw new CniException(
          CniException.DIFFERS, "host-local: " + id.containerId() + " has no address");
    }
  }

  @Override
  public Set<AttachmentId> holders() {
    Set<AttachmentId> holders = new HashSet<>();
    if (store.exists()) {
      work(() -> holders.addAll(store.owners(network)));
    }
    return holders;
  }

  @Override
  public void collect(Set<AttachmentId> valid) {
    if (store.exists()) {
      List<Path> unreadable = new ArrayList<>();
      work(
          () -> {
            store.freeAllBut(valid);
            unreadable.addAll(store.unreadable());
          });
      if (!unreadable.isEmpty()) {
        throw new CniException(
            CniException.IO_FAILURE,
            "host-local: whose addresses they are cannot be read, and they stay given: "
                + unreadable);
      }
    }
  }

  @Override
  public void status() {
    requireRanges();
    if (!store.exists()) {
      store
          .obstacle()
          .ifPresent(
              path -> {
                throw new CniException(
                    CniException.UNAVAILABLE,
                    "host-local: no folder can be made in "
                        + path
                        + ": expected a writable folder");
              });
      return;
    }
    work(
        () -> {
          for (int number = 0; number < sets.size(); number++) {
            AddressCursor cursor = new AddressCursor(sets.get(number), store.last(number));
            InetAddress next = cursor.next();
            while (next != null && store.isHeld(next)) {
              next = cursor.next();
            }
            if (next == null) {
              throw new CniException(
                  CniException.UNAVAILABLE,
                  "host-local: no address is free in " + sets.get(number));
            }
          }
        });
  }

  private void work(AddressTurns.Work work) {
    try {
      store.locked(work);
    } catch (IOException failed) {
      throw new CniException(
          CniException.IO_FAILURE, "host-local: " + failed.getMessage(), "", failed);
    }
  }
}
