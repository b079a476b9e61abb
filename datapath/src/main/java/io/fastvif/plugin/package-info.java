/**
 * From a VIF to its plan. A {@link io.fastvif.plugin.VifPlugin} is found by ServiceLoader, through
 * its {@link io.fastvif.plugin.VifPluginFactory}, under the name in the VIF's {@code plugin} field;
 * each has a sub-package of its own. A plugin is a pure function: it says what it takes, refuses
 * the rest with the field's name, and plans; it never touches the host.
 *
 * <p>Its options are named {@code PLUGIN.OPTION}, under os-vif's own option names where os-vif has
 * the option.
 *
 * <p>May use: {@code host}, {@code plan}, {@code provider}, {@code vif}.
 */
package io.fastvif.plugin;
