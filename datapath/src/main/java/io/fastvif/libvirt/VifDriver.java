package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Vif;
import java.util.Map;
import java.util.Set;

/**
 * Supplies the values for a template's placeholders, from the VIF or from the network service that
 * owns the resource. Found by ServiceLoader under its name in {@link TemplateConfiguration}. One
 * serves any number of threads.
 */
public interface VifDriver {
  /** The name by which configuration chooses it. */
  String name();

  /**
   * The values of a VIF's placeholders.
   *
   * @param wanted the placeholders that have no value yet
   * @return values of some or all of them; a value of anything else is refused
   * @throws InvalidInputException if the VIF is not one that this driver knows
   */
  Map<String, String> values(Vif vif, Set<String> wanted);
}
