package io.fastvif.cli;

import io.fastvif.VifHost;
import io.fastvif.agent.text.JsonText;
import io.fastvif.agent.text.ResultLine;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.netlink.generic.devlink.DevlinkHandle;
import io.fastvif.netlink.generic.devlink.Eswitch;
import io.fastvif.plan.EswitchMode;
import io.fastvif.plan.EswitchSettings;
import io.fastvif.plan.PlugPlan;
import io.fastvif.switchdev.EswitchChange;
import io.fastvif.switchdev.Representor;
import io.fastvif.switchdev.SwitchdevMonitor;
import io.fastvif.vif.InvalidInputException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** {@code eswitch get|set}. */
final class EswitchCommand extends ActionCommand {
  private static final Option MODE =
      Option.value("--mode", "MODE", "set: legacy or switchdev, as `... mode`.");
  private static final Option INLINE_MODE =
      Option.value(
          "--inline-mode", "MODE", "set: none, link, network or transport, as `... inline-mode`.");
  private static final Option ENCAP_MODE =
      Option.value("--encap-mode", "MODE", "set: none or basic, as `... encap-mode`.");
  private static final Option FORCE =
      Option.flag("--force", "set: also while virtual functions are in use.");
  private static final Option RECREATE =
      Option.flag(
          "--recreate-vfs",
          "set: take the virtual functions away before and make as many after, with their driver's"
              + " defaults.");
  private static final Option JSON = Option.flag("--json", "Print a line of JSON.");

  /** Drivers make representors within this time after they have answered. */
  private static final Duration REPRESENTORS = Duration.ofSeconds(10);

  EswitchCommand() {
    super(
        "eswitch",
        "Show or change how network cards switch: get is `devlink dev eswitch show DEVICE`, set is"
            + " `devlink dev eswitch set DEVICE mode MODE`.",
        "get [DEVICE...], or set DEVICE; DEVICE is a PCI address or BUS/DEVICE.",
        List.of(
            new Subcommand("get", EswitchCommand::get),
            Subcommand.changing("set", EswitchCommand::set)),
        MODE,
        INLINE_MODE,
        ENCAP_MODE,
        FORCE,
        RECREATE,
        NETNS,
        JSON);
  }

  private static int get(
      Arguments arguments, List<String> words, PrintWriter out, PrintWriter err) {
    List<DevlinkHandle> devices = words.stream().map(CardDevice::parse).toList();
    return Engines.look(arguments, monitor -> get(monitor, devices, arguments, out, err));
  }

  private static int set(
      Arguments arguments, List<String> words, PrintWriter out, PrintWriter err, EndSignal end) {
    List<DevlinkHandle> devices = words.stream().map(CardDevice::parse).toList();
    if (devices.size() != 1) {
      throw WrongInputException.of("eswitch set: expected one DEVICE");
    }
    EswitchSettings wanted = wanted(arguments);
    return Engines.look(
        arguments, monitor -> set(monitor, devices.getFirst(), wanted, arguments, out, err, end));
  }

  private static int get(
      SwitchdevMonitor monitor,
      List<DevlinkHandle> asked,
      Arguments arguments,
      PrintWriter out,
      PrintWriter err) {
    monitor.index();
    int status = Fastvif.DONE;
    boolean isAny = false;
    for (DevlinkHandle device : asked.isEmpty() ? monitor.devices() : asked) {
      Optional<Eswitch> eswitch = monitor.eswitch(device);
      if (eswitch.isPresent()) {
        out.println(arguments.has(JSON) ? line(eswitch.get(), null) : text(eswitch.get()));
        isAny = true;
      } else if (!asked.isEmpty()) {
        err.println("fastvif: " + device + ": devlink knows of no switch there");
        status = Fastvif.FAILED;
      }
    }
    if (!isAny && asked.isEmpty()) {
      err.println("fastvif: devlink knows of no card with a switch in this network namespace");
    }
    return status;
  }

  private static EswitchSettings wanted(Arguments arguments) {
    if (!arguments.has(MODE) && !arguments.has(INLINE_MODE) && !arguments.has(ENCAP_MODE)) {
      throw WrongInputException.of("eswitch set: expected --mode, --inline-mode or --encap-mode");
    }
    String mode = word(arguments, MODE, List.of("legacy", "switchdev"));
    return new EswitchSettings(
        mode == null ? null : EswitchMode.valueOf(mode.toUpperCase(Locale.ROOT)),
        word(arguments, INLINE_MODE, EswitchSettings.INLINE_MODES),
        word(arguments, ENCAP_MODE, EswitchSettings.ENCAP_MODES));
  }

  private static String word(Arguments arguments, Option option, List<String> words) {
    String given = arguments.value(option);
    if (given != null && !words.contains(given)) {
      throw InvalidInputException.ofValue(
          option.name(), given, "is not known", String.join(", ", words));
    }
    return given;
  }

  private static int set(
      SwitchdevMonitor monitor,
      DevlinkHandle device,
      EswitchSettings wanted,
      Arguments arguments,
      PrintWriter out,
      PrintWriter err,
      EndSignal end) {
    monitor.index();
    Eswitch now =
        monitor
            .eswitch(device)
            .orElseThrow(
                () ->
                    InvalidInputException.ofValue(
                        "DEVICE",
                        device.toString(),
                        "has no switch that devlink knows",
                        "one of fastvif eswitch get"));
    try (VifHost opened = Engines.open(arguments)) {
      end.whenAsked(opened::stopBeginning);
      PlugPlan plan =
          EswitchChange.plan(
              opened.snapshot(),
              monitor.index(),
              now,
              wanted,
              arguments.has(FORCE),
              arguments.has(RECREATE));
      PlugResult result = VfResults.execute(opened, plan);
      if (result.outcome() == Outcome.FAILED) {
        err.println("fastvif: " + ResultLine.error(result.failure()));
        return Fastvif.FAILED;
      }
    }
    List<Representor> found =
        wanted.mode() == null
            ? List.of()
            : EswitchChange.await(monitor, device, wanted.mode(), REPRESENTORS);
    if (arguments.has(JSON)) {
      out.println(line(monitor.eswitch(device).orElse(now), found));
    }
    return Fastvif.DONE;
  }

  /** As devlink writes it. */
  private static String text(Eswitch eswitch) {
    return eswitch.device()
        + ":"
        + word(" mode ", eswitch.mode())
        + word(" inline-mode ", eswitch.inlineMode())
        + word(" encap-mode ", eswitch.encapMode());
  }

  private static String word(String name, Object value) {
    return value == null ? "" : name + value;
  }

  private static String line(Eswitch eswitch, List<Representor> representors) {
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeStringField("device", eswitch.device().toString());
          out.writeStringField("mode", text(eswitch.mode()));
          out.writeStringField("inline_mode", text(eswitch.inlineMode()));
          out.writeStringField("encap_mode", text(eswitch.encapMode()));
          if (representors != null) {
            List<String> names = new ArrayList<>();
            representors.forEach(one -> names.add(one.link().name()));
            JsonText.strings(out, "representors", names);
          }
          out.writeEndObject();
        });
  }

  private static String text(Object value) {
    return value == null ? null : value.toString();
  }
}
