package io.fastvif.cli;

import io.fastvif.libvirt.DriverOptions;
import io.fastvif.libvirt.InterfaceOptions;
import io.fastvif.libvirt.LibvirtInterface;
import io.fastvif.libvirt.TargetNames;
import io.fastvif.libvirt.Template;
import io.fastvif.libvirt.TemplateConfiguration;
import io.fastvif.libvirt.VifDriver;
import io.fastvif.pci.PciDevices;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.Vif;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code libvirt-xml}. */
final class LibvirtXmlCommand extends Command {
  private static final Option TEMPLATE =
      Option.value("--template", "FILE", "Fill this template instead of the VIF's own form.");
  private static final Option DRIVER =
      Option.value(
          "--driver",
          "NAME",
          "The VIF driver that fills the template, by default vif: its fields.");
  private static final Option SET =
      Option.repeatable(
          "--set", null, "NAME=VALUE", "Put this value for the template's placeholder.");
  private static final Option MODEL =
      Option.value("--model", "NAME", "The device that the guest sees, such as virtio.");
  private static final Option QUEUES =
      Option.value("--queues", "N", "Pairs of queues, with a virtio model.");
  private static final Option DOMAIN =
      Option.flag("--domain-snippet", "Put all into a <devices> element, as a domain has them.");

  LibvirtXmlCommand() {
    super(
        "libvirt-xml",
        "Show what libvirt is told of VIFs: one <interface> or <hostdev> element for each.",
        "VIFs, as for plug.",
        TEMPLATE,
        DRIVER,
        SET,
        MODEL,
        QUEUES,
        PluginConfiguration.OPTION,
        PluginConfiguration.CONFIG,
        PluginConfiguration.CONFIG_DIR,
        DOMAIN);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) {
    Map<String, String> values = values(arguments.values(SET));
    String file = arguments.value(TEMPLATE);
    Template template = file == null ? null : template(file);
    if (template == null && (!values.isEmpty() || arguments.has(DRIVER))) {
      throw InvalidInputException.of(
          "--set or --driver", "is given without a template", "--template");
    }
    if (template != null && (arguments.has(MODEL) || arguments.has(QUEUES))) {
      throw InvalidInputException.of(
          "--model or --queues", "does not go with --template", "both in the template");
    }
    String driverName = arguments.value(DRIVER);
    VifDriver driver =
        template == null
            ? null
            : TemplateConfiguration.driver(driverName == null ? "vif" : driverName);
    InterfaceOptions options =
        InterfaceOptions.builder()
            .model(arguments.value(MODEL))
            .driver(queues(arguments.value(QUEUES)))
            .build();
    List<String> elements = new ArrayList<>();
    List<VifInput> inputs = VifInput.read(arguments.files());
    Planner planner = new Planner(PluginConfiguration.of(arguments, err));
    for (VifInput input : inputs) {
      Vif vif = input.request().vif();
      List<String> notes;
      try {
        if (template == null) {
          LibvirtInterface described =
              LibvirtInterface.of(
                  vif, planner.hypervisorTask(input), options, LibvirtXmlCommand::deviceName);
          elements.add(described.xml());
          notes = described.notes();
        } else {
          String filled = filled(vif, template, driver, values);
          elements.add(filled);
          notes = TargetNames.notes(filled);
        }
      } catch (InvalidInputException wrong) {
        // A template's placeholders are not the VIF's fields.
        InvalidInputException placed =
            template == null ? wrong.under(input.request().path()) : wrong;
        throw WrongInputException.in(input.file(), placed);
      }
      notes.forEach(note -> err.println("fastvif: note: " + note));
    }
    boolean snippet = arguments.has(DOMAIN);
    if (snippet) {
      out.println("<devices>");
    }
    for (String element : elements) {
      out.print(snippet ? element.indent(2) : element);
    }
    if (snippet) {
      out.println("</devices>");
    }
    return Fastvif.DONE;
  }

  private static DriverOptions queues(String given) {
    if (given == null) {
      return null;
    }
    try {
      return new DriverOptions(null, Integer.valueOf(given), null, null, null, null);
    } catch (NumberFormatException notANumber) {
      throw InvalidInputException.ofValue(QUEUES.name(), given, "is not a number", "1 to 256");
    }
  }

  private static String filled(
      Vif vif, Template template, VifDriver driver, Map<String, String> values) {
    TemplateConfiguration chosen = new TemplateConfiguration();
    chosen.choose(vif.objectName(), template, driver);
    return chosen.xml(vif, values);
  }

  private static Template template(String file) {
    try {
      return Template.parse(InputFiles.text(file));
    } catch (InvalidInputException wrong) {
      throw WrongInputException.in(file, wrong);
    }
  }

  private static Map<String, String> values(List<String> given) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String setting : given) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw InvalidInputException.ofValue("--set", setting, "is no setting", "NAME=VALUE");
      }
      String name = setting.substring(0, equals);
      if (values.put(name, setting.substring(equals + 1)) != null) {
        throw InvalidInputException.ofValue("--set", name, "is there twice", "each name once");
      }
    }
    return values;
  }

  private static String deviceName(PciAddress address) {
    try {
      List<String> names = new PciDevices(PciDevices.SYSFS).linkNames(address);
      return names.isEmpty() ? null : names.getFirst();
    } catch (IOException unreadable) {
      return null;
    }
  }
}
